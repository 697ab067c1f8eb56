package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"sluice/config"
	"sluice/flows"
)

// credentialsCommand is "sluice credentials": Node-RED's credential file, offline.
func credentialsCommand(o *options) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "credentials",
		Short: "Move Node-RED's credential file (flows_cred.json) between secrets",
		Long: `Move Node-RED's credential file (flows_cred.json) between secrets, with no server running.

The file is replaced as a whole, or left as it is: one that no known secret opens is never
overwritten. The text before stays beside it as .flows_cred.json.backup.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return usageError(cmd.Help()) },
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError(err) })
	cmd.AddCommand(credentialsExport(o), credentialsImport(o), credentialsReencrypt(o))
	return cmd
}

// credentialFile is the credential file of a user directory and what may open it.
type credentialFile struct {
	cfg     *config.Config
	path    string
	secrets []flows.Secret
}

// credentialFile finds the file, and reads the secret that a flag names a file of.
func (o *options) credentialFile(flag, secretFile string) (f *credentialFile, given flows.Secret, err error) {
	cfg, err := o.load(nil)
	if err != nil {
		return nil, given, err
	}
	generated, err := flows.GeneratedSecrets(cfg.UserDir)
	if err != nil {
		return nil, given, err
	}
	f = &credentialFile{cfg: cfg, path: flows.CredentialsPath(cfg.FlowFile, cfg.UserDir), secrets: slices.Concat(cfg.Secrets, generated)}
	given, err = secretFrom(flag, secretFile)
	return f, given, err
}

// load reads the file, which has to be there, for all that a command does with it.
func (f *credentialFile) load() (*flows.Credentials, error) {
	if _, err := os.Stat(f.path); errors.Is(err, fs.ErrNotExist) {
		return nil, &exitError{exitNotFound, fmt.Errorf("there is no credential file %s", f.path)}
	}
	return loadCredentials(f.path, f.secrets)
}

func loadCredentials(path string, secrets []flows.Secret) (*flows.Credentials, error) {
	creds, err := flows.LoadCredentials(path, secrets)
	var wrong *flows.SecretError
	if errors.As(err, &wrong) {
		return nil, &exitError{exitRefused, err}
	}
	return creds, err
}

// secretFrom reads a secret from a file, which an empty path stands for none of.
func secretFrom(flag, path string) (flows.Secret, error) {
	if path == "" {
		return flows.Secret{}, nil
	}
	value, err := config.Secret("SECRET", func(name string) (string, bool) { return path, name == "SECRET_FILE" })
	if err != nil || value == "" {
		return flows.Secret{}, usageError(fmt.Errorf("--%s %s: it cannot be read, or holds no secret", flag, path))
	}
	return flows.Secret{Value: value, Source: path}, nil
}

func credentialsExport(o *options) *cobra.Command {
	var out, secretFile string
	var plain bool
	cmd := &cobra.Command{
		Use:   "export --out FILE (--secret-file FILE | --plain)",
		Short: "Write a copy of the credential file under another secret, or in plain text",
		Args:  usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if out == "" || plain == (secretFile != "") {
				return usageError(errors.New("name the copy with --out, and its secret with --secret-file or none with --plain"))
			}
			f, secret, err := o.credentialFile("secret-file", secretFile)
			if err != nil {
				return err
			}
			creds, err := f.load()
			if err != nil {
				return err
			}
			if _, err := os.Lstat(out); !errors.Is(err, fs.ErrNotExist) {
				return &exitError{exitRefused, fmt.Errorf("%s is there already: name a new file", out)}
			}
			creds.Seal(secret)
			if err := creds.Save(out, false); err != nil {
				return err
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "%s written, %s\n", out, sealedWith(secret))
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "file to write, which must not be there yet")
	cmd.Flags().StringVar(&secretFile, "secret-file", "", "file with the secret of the copy")
	cmd.Flags().BoolVar(&plain, "plain", false, "write plain text, which everyone who gets the file can read")
	return cmd
}

func sealedWith(secret flows.Secret) string {
	if secret == (flows.Secret{}) {
		return "in plain text: whoever gets it can read it"
	}
	return "encrypted with the secret from " + secret.Source
}

func credentialsImport(o *options) *cobra.Command {
	var secretFile string
	cmd := &cobra.Command{
		Use:   "import FILE [--secret-file FILE]",
		Short: "Replace the credential file by another, encrypted with this instance's secret",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, secret, err := o.credentialFile("secret-file", secretFile)
			if err != nil {
				return err
			}
			if _, err := os.Stat(args[0]); err != nil {
				return &exitError{exitNotFound, err}
			}
			from := f.secrets
			if secret != (flows.Secret{}) {
				from = []flows.Secret{secret}
			}
			creds, err := loadCredentials(args[0], from)
			if err != nil {
				return err
			}
			if _, err := f.load(); err != nil && exitCode(err) != exitNotFound {
				return fmt.Errorf("the credential file that would be replaced cannot be read, so it stays: %w", err)
			}
			own, err := f.own()
			if err != nil {
				return err
			}
			return f.save(cmd, creds, own)
		},
	}
	cmd.Flags().StringVar(&secretFile, "secret-file", "", "file with the secret of FILE (default: this instance's secrets)")
	return cmd
}

// own is the secret that this instance encrypts with: the first that is set, else
// the generated one, which is made if need be, as Node-RED does.
func (f *credentialFile) own() (flows.Secret, error) {
	switch {
	case len(f.cfg.Secrets) == 0 && f.cfg.Plain:
		return flows.Secret{}, nil
	case len(f.secrets) == 0:
		return flows.GenerateSecret(f.cfg.UserDir)
	}
	return f.secrets[0], nil
}

func (f *credentialFile) save(cmd *cobra.Command, creds *flows.Credentials, secret flows.Secret) error {
	creds.Seal(secret)
	if err := creds.Save(f.path, false); err != nil {
		return err
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "%s written, %s\n", f.path, sealedWith(secret))
	return nil
}

func credentialsReencrypt(o *options) *cobra.Command {
	var secretFile string
	cmd := &cobra.Command{
		Use:   "reencrypt [--new-secret-file FILE]",
		Short: "Encrypt the credential file with a new secret, or with the first one that is set",
		Long: `Encrypt the credential file with a new secret, or with the first one that is set.

Give the new secret to the instance afterwards, with --credential-secret-file,
SLUICE_CREDENTIAL_SECRET or credentialSecret in settings.js.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, secret, err := o.credentialFile("new-secret-file", secretFile)
			if err != nil {
				return err
			}
			creds, err := f.load()
			if err != nil {
				return err
			}
			if secretFile == "" {
				if secret, err = f.own(); err != nil {
					return err
				}
			}
			if err := f.save(cmd, creds, secret); err != nil {
				return err
			}
			if secretFile == "" && len(f.cfg.Secrets) > 0 {
				return flows.DropGeneratedSecret(f.cfg.UserDir) // as Node-RED does when both are there
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&secretFile, "new-secret-file", "", "file with the new secret")
	return cmd
}
