// The walk of a person through the pages, in a real browser: sign in, add a token
// with an expiry, copy it, use it with curl, see its use, rotate, revoke; add a user
// to the team, lower the role, see the refusal; keep a credential; sign out; sign in
// at an OpenID provider. Prints what went wrong and exits with 1, or prints "ok".
// Usage: node walk.mjs PLAYWRIGHT-CORE CHROMIUM URL [PICTURES [AXE-CORE]]
import { createRequire } from "node:module";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import assert from "node:assert/strict";

const [playwright, chromium, url, pictures, axe] = process.argv.slice(2);
const { chromium: launcher } = createRequire(import.meta.url)(playwright);
const rules = axe && readFileSync(axe + "/axe.min.js", "utf8");

const browser = await launcher.launch({ executablePath: chromium, headless: true, args: [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });

const problems = [];
const person = async (options = {}) => {
  const context = await browser.newContext({ baseURL: url, permissions: ["clipboard-read", "clipboard-write"], ...options });
  const page = await context.newPage();
  page.on("console", (m) => { if (m.type() === "error" && !/status of 40[01349]/.test(m.text())) problems.push(m.text()); });
  page.on("pageerror", (e) => problems.push(String(e)));
  return page;
};
const picture = async (page, name) => {
  if (pictures) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
  if (!rules || name.startsWith("dark-phone")) return; // without JavaScript no rule can be run
  await page.evaluate(rules);
  const { violations } = await page.evaluate(() => axe.run());
  for (const v of violations) problems.push(`${name}: ${v.help}: ${v.nodes.map((n) => n.html).join(" ")}`);
};
const signIn = async (page, user, path) => {
  await page.goto(path);
  await page.getByLabel("User name").fill(user);
  await page.getByLabel("Password").fill("correct horse");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(url + path);
};
// curl runs a command line of a page as a shell does, and returns the status.
const curl = (line) => execFileSync("sh", ["-c", line.replace(/^curl /, "curl -s -o /dev/null -w '%{http_code}' ")], { encoding: "utf8" });
const use = async (token) => (await fetch(url + "/hello", { headers: { Authorization: "Bearer " + token } })).status;

const olga = await person();
await signIn(olga, "olga", "/_sluice/tokens");
await picture(olga, "tokens-empty");
await olga.getByRole("button", { name: "Add Token" }).click();
await olga.getByLabel("Token name").fill("nightly build");
assert.equal(await olga.getByLabel("Expiry date", { exact: false }).last().isVisible(), false);
await olga.getByLabel("Add expiry date").check();
const tomorrow = new Date(Date.now() + 864e5).toISOString().slice(0, 10);
assert.equal(await olga.locator("#date").getAttribute("min"), tomorrow);
await olga.locator("#date").fill("2199-12-31");
await olga.getByLabel("Path").fill("/hello");
await olga.getByLabel("GET").check();
await picture(olga, "token-new");
await olga.getByRole("button", { name: "Create" }).click();
await picture(olga, "token-value");
await olga.getByRole("button", { name: "Copy to Clipboard" }).click();
await olga.getByText("Copied.").waitFor();
const token = await olga.evaluate(() => navigator.clipboard.readText());
assert.match(token, /^sluh_[0-9A-Za-z]{49}$/);
const line = await olga.locator("#curl").textContent();
assert.equal(line, `curl -H "Authorization: Bearer ${token}" ${url}/hello`);
assert.ok(!olga.url().includes(token));
assert.ok(!(await olga.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.cookie]))).includes(token));
assert.equal(curl(line), "200");
assert.equal(curl(`curl ${url}/hello`), "401");
await olga.getByRole("button", { name: "Done" }).click();
await olga.waitForURL("**/tokens?");
assert.ok(!(await olga.content()).includes(token));
await olga.goBack().catch(() => {}); // the browser does not keep the answer to the form
await olga.waitForFunction(() => document.readyState === "complete");
assert.ok(!(await olga.content()).includes(token), "the Back button shows the token");
await olga.goto("/_sluice/tokens");
const row = olga.getByRole("row", { name: "nightly build" });
await row.getByText("127.0.0.1").waitFor();
await picture(olga, "tokens");

await row.getByLabel("Actions for nightly build").focus();
await olga.keyboard.press("Enter");
await picture(olga, "tokens-menu");
await olga.getByRole("link", { name: "Rotate" }).click();
await olga.getByRole("button", { name: "Rotate" }).click();
const second = (await olga.locator("#value").textContent()).trim();
assert.equal(await use(token), 401);
assert.equal(await use(second), 200);
await olga.getByRole("button", { name: "Done" }).click();
await olga.getByLabel("Actions for nightly build").click();
await olga.getByRole("link", { name: "Revoke" }).click();
await picture(olga, "token-revoke");
await olga.getByRole("button", { name: "Revoke" }).click();
await olga.getByRole("status").getByText("revoked").waitFor();
assert.equal(await use(second), 401);

const stan = await person();
await stan.goto("/hello");
await stan.getByLabel("User name").fill("stan");
await stan.getByLabel("Password").fill("wrong horse");
await stan.getByRole("button", { name: "Sign in" }).click();
await stan.getByRole("alert").waitFor();
await picture(stan, "login-error");
await stan.getByLabel("Password").fill("correct horse");
await stan.getByRole("button", { name: "Sign in" }).click();
await stan.getByText("not a member").waitFor();
await olga.getByRole("link", { name: "Team", exact: true }).click();
await olga.getByLabel("User name").fill("stan");
await olga.getByLabel("Role", { exact: true }).selectOption("viewer");
await olga.getByRole("button", { name: "Add member" }).click();
await olga.getByRole("status").waitFor();
await picture(olga, "team");
await stan.goto("/hello");
await stan.getByText("flow ran").waitFor();
await olga.getByLabel("Role of stan").selectOption("none");
await olga.getByRole("button", { name: "Save the role of stan" }).click();
await olga.getByRole("status").waitFor();
await stan.goto("/hello");
await stan.getByText("role in the team is too low").waitFor();
await picture(stan, "refused");

await olga.getByRole("link", { name: "Credentials" }).click();
await olga.getByRole("button", { name: "Add Credential" }).click();
assert.equal(await olga.getByLabel("Name of the header").isVisible(), false);
await olga.getByLabel("Name", { exact: true }).fill("maps");
await olga.getByLabel("Hosts").fill("maps.example.com");
await olga.getByLabel("Kind").selectOption("header");
await olga.getByLabel("Name of the header").fill("X-Api-Key");
await picture(olga, "credential-new");
await olga.getByLabel("Value").fill("a-key-that-nobody-is-to-see");
await olga.getByRole("button", { name: "Add", exact: true }).click();
await olga.getByRole("status").getByText("kept").waitFor();
await picture(olga, "credentials");
await olga.getByLabel("Actions for maps").click();
await olga.getByRole("link", { name: "Test" }).click();
await olga.getByLabel("URL").fill("https://maps.example.com/me");
await olga.getByRole("button", { name: "Call" }).click();
await olga.getByRole("status").getByText("status 204").waitFor();
await picture(olga, "credential-test");
await olga.getByRole("link", { name: "Done" }).click();
await olga.getByLabel("Actions for maps").click();
await olga.getByRole("link", { name: "Rotate" }).click();
await picture(olga, "credential-rotate");
await olga.goto("/_sluice/credentials/maps/remove");
await picture(olga, "credential-remove");
await olga.getByRole("button", { name: "Remove" }).click();
await olga.getByText("no credentials yet").waitFor();
assert.ok(!(await olga.content()).includes("a-key-that-nobody-is-to-see"));

await olga.getByRole("button", { name: "Sign out" }).click();
await olga.waitForURL("**/_sluice/login");
await olga.goto("/_sluice/tokens");
await olga.getByRole("button", { name: "Sign in" }).waitFor();

const root = await person();
await signIn(root, "root", "/_sluice/users");
await picture(root, "users");
await root.getByRole("button", { name: "Add User" }).click();
await root.getByLabel("User name").fill("new.person");
await picture(root, "user-new");
await root.getByRole("button", { name: "Add" }).click();
await picture(root, "user-password");
await root.getByRole("button", { name: "Done" }).click();
await root.getByRole("link", { name: "new.person" }).click();
await picture(root, "user");
for (const name of ["audit", "status", "sessions", "account", "teams"]) {
  await root.goto("/_sluice/" + name);
  await picture(root, name);
}

await root.goto("/_sluice/users");
await root.getByRole("link", { name: "petra" }).click();
await root.getByText("The first person whom Example & Co calls petra").waitFor();
await picture(root, "user-elsewhere");
await root.goto("/_sluice/team");
await root.getByLabel("User name").fill("petra");
await root.getByLabel("Role", { exact: true }).selectOption("viewer");
await root.getByRole("button", { name: "Add member" }).click();
await root.getByRole("status").waitFor();

// At the provider, by keyboard alone, and back to where the way began.
const petra = await person();
await petra.goto("/hello");
await picture(petra, "login");
await petra.getByLabel("User name").focus();
for (let i = 0; i < 3; i++) await petra.keyboard.press("Tab");
assert.equal(await petra.evaluate(() => document.activeElement.textContent), "Sign in with Example & Co");
await petra.keyboard.press("Enter");
await petra.getByText("flow ran").waitFor();
assert.equal(petra.url(), url + "/hello");
await petra.goto("/_sluice/account");
await petra.getByText("you sign in with Example & Co").waitFor();
await picture(petra, "account-elsewhere");
await petra.goto("/_sluice/callback?state=x&code=y");
await petra.getByRole("alert").getByText("not begun in this browser").waitFor();
await picture(petra, "login-elsewhere-error");

// Without JavaScript, on a phone, in the dark: the same works.
const plain = await person({ javaScriptEnabled: false, viewport: { width: 390, height: 800 }, colorScheme: "dark" });
await plain.goto("/_sluice/tokens");
await picture(plain, "dark-phone-login");
await plain.getByRole("link", { name: "Sign in with Example & Co" }).click();
await plain.getByText("not allowed to you").waitFor(); // petra is no owner
await plain.context().clearCookies();
await signIn(plain, "olga", "/_sluice/tokens");
await plain.getByRole("button", { name: "Add Token" }).click();
await plain.getByLabel("Token name").fill("a phone's token");
await plain.getByLabel("Add expiry date").check();
await plain.locator("#date").fill("2199-12-31");
await picture(plain, "dark-phone-token-new");
await plain.getByRole("button", { name: "Create" }).click();
assert.equal(await use((await plain.locator("#value").textContent()).trim()), 200);
assert.equal(await plain.getByRole("button", { name: "Copy to Clipboard" }).isVisible(), false);
await picture(plain, "dark-phone-token-value");
await plain.getByRole("button", { name: "Done" }).click();
await plain.getByLabel("Actions for a phone's token").click();
await plain.getByRole("link", { name: "Revoke" }).waitFor();
await picture(plain, "dark-phone-tokens");
for (const name of ["team", "audit", "status", "account", "credentials", "credentials/new"]) {
  await plain.goto("/_sluice/" + name);
  await picture(plain, "dark-phone-" + name.replace("/", "-"));
  const wide = await plain.locator("html").evaluate((e) => e.scrollWidth > e.clientWidth).catch(() => false);
  assert.ok(!wide, name + " is wider than the phone");
}
const dark = await person({ colorScheme: "dark" });
await signIn(dark, "olga", "/_sluice/tokens");
await picture(dark, "dark-tokens");
await dark.goto("/_sluice/team");
await picture(dark, "dark-team");

await browser.close();
assert.deepEqual(problems, []);
console.log("ok");
