package network

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"hash"
)

// Private keys and PKCS #12 files are encrypted with PBES2 (RFC 8018) by all but
// old tools; the standard library reads neither.

var (
	errPassphrase = errors.New("the passphrase does not fit the certificate's key")
	errKeyFormat  = errors.New("the private key is encrypted in a way that is not known (known are PBES2 with AES or 3DES, and the older PEM encryption)")
	errNoPEMKey   = errors.New("the private key is not PEM")
)

// decryptPEMKey returns a PEM private key in the clear.
func decryptPEMKey(text []byte, passphrase string) ([]byte, error) {
	for rest := text; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return nil, errNoPEMKey
		}
		switch {
		case block.Type == "ENCRYPTED PRIVATE KEY":
			der, err := decryptPKCS8(block.Bytes, passphrase)
			if err != nil {
				return nil, err
			}
			return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
		case block.Headers["DEK-Info"] != "":
			//lint:ignore SA1019 weak as it is, Node reads such files, and flows have them
			der, err := x509.DecryptPEMBlock(block, []byte(passphrase))
			if err != nil {
				return nil, errPassphrase
			}
			return pem.EncodeToMemory(&pem.Block{Type: block.Type, Bytes: der}), nil
		case block.Type == "PRIVATE KEY", block.Type == "RSA PRIVATE KEY", block.Type == "EC PRIVATE KEY":
			return text, nil
		}
	}
}

// encryptedKey is EncryptedPrivateKeyInfo (RFC 5958).
type encryptedKey struct {
	Algorithm pkix.AlgorithmIdentifier
	Data      []byte
}

func decryptPKCS8(der []byte, passphrase string) ([]byte, error) {
	var k encryptedKey
	if err := unmarshalAll(der, &k); err != nil {
		return nil, err
	}
	return decryptPBES2(k.Algorithm, k.Data, passphrase)
}

var (
	oidPBES2  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
	oid3DES   = asn1.ObjectIdentifier{1, 2, 840, 113549, 3, 7}
)

type pbes2Params struct {
	KDF, Cipher pkix.AlgorithmIdentifier
}

type pbkdf2Params struct {
	Salt       []byte
	Iterations int
	KeyLength  int                      `asn1:"optional"`
	PRF        pkix.AlgorithmIdentifier `asn1:"optional"`
}

// maxIterations bounds the time that a key derivation may take: some seconds.
const maxIterations = 10_000_000

func decryptPBES2(alg pkix.AlgorithmIdentifier, data []byte, passphrase string) ([]byte, error) {
	var params pbes2Params
	if !alg.Algorithm.Equal(oidPBES2) {
		return nil, errKeyFormat
	}
	if err := unmarshalAll(alg.Parameters.FullBytes, &params); err != nil {
		return nil, err
	}
	var kdf pbkdf2Params
	if !params.KDF.Algorithm.Equal(oidPBKDF2) {
		return nil, errKeyFormat
	}
	if err := unmarshalAll(params.KDF.Parameters.FullBytes, &kdf); err != nil {
		return nil, err
	}
	prf, ok := hmacHashes[kdf.PRF.Algorithm.String()]
	size, isAES := aesKeySizes[params.Cipher.Algorithm.String()]
	make3DES := params.Cipher.Algorithm.Equal(oid3DES)
	if make3DES {
		size = 24
	}
	if !ok || size == 0 || kdf.Iterations < 1 || kdf.Iterations > maxIterations {
		return nil, errKeyFormat
	}
	var iv []byte
	if err := unmarshalAll(params.Cipher.Parameters.FullBytes, &iv); err != nil {
		return nil, err
	}
	key, err := pbkdf2.Key(prf, passphrase, kdf.Salt, kdf.Iterations, size)
	if err != nil {
		return nil, err
	}
	newCipher := des.NewTripleDESCipher
	if isAES {
		newCipher = aes.NewCipher
	}
	block, err := newCipher(key)
	if err != nil {
		return nil, err
	}
	return decryptCBC(block, iv, data)
}

var hmacHashes = map[string]func() hash.Hash{
	"":                    sha1.New, // the default
	"1.2.840.113549.2.7":  sha1.New,
	"1.2.840.113549.2.8":  sha256.New224,
	"1.2.840.113549.2.9":  sha256.New,
	"1.2.840.113549.2.10": sha512.New384,
	"1.2.840.113549.2.11": sha512.New,
}

var aesKeySizes = map[string]int{
	"2.16.840.1.101.3.4.1.2":  16,
	"2.16.840.1.101.3.4.1.22": 24,
	"2.16.840.1.101.3.4.1.42": 32,
}

// decryptCBC decrypts and takes off the padding, which tells whether the key was right.
func decryptCBC(block cipher.Block, iv, data []byte) ([]byte, error) {
	size := block.BlockSize()
	if len(iv) != size || len(data) == 0 || len(data)%size != 0 {
		return nil, errKeyFormat
	}
	out := make([]byte, len(data))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(out, data)
	pad := int(out[len(out)-1])
	if pad == 0 || pad > size || pad > len(out) {
		return nil, errPassphrase
	}
	for _, b := range out[len(out)-pad:] {
		if int(b) != pad {
			return nil, errPassphrase
		}
	}
	return out[:len(out)-pad], nil
}

func unmarshalAll(der []byte, v any) error {
	rest, err := asn1.Unmarshal(der, v)
	if err == nil && len(rest) > 0 {
		err = errKeyFormat
	}
	return err
}
