// A portal that holds a guarded page in a frame: where the portal is named, people
// sign in within the frame and see the page; where it is not, they see nothing.
// Prints what went wrong and exits with 1, or prints "ok".
// Usage: node embedded.mjs PLAYWRIGHT-CORE CHROMIUM NAMED-PORTAL OTHER-PORTAL
import { createRequire } from "node:module";
import assert from "node:assert/strict";

const [playwright, chromium, named, other] = process.argv.slice(2);
const { chromium: launcher } = createRequire(import.meta.url)(playwright);
const browser = await launcher.launch({ executablePath: chromium, headless: true, args: [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
const context = await browser.newContext({ ignoreHTTPSErrors: true });
const page = await context.newPage();

await page.goto(named);
const frame = page.frameLocator("iframe");
await frame.getByLabel("User name").fill("mia");
await frame.getByLabel("Password").fill("correct horse");
await frame.getByRole("button", { name: "Sign in" }).click();
await frame.getByText("flow ran for session").waitFor();
await page.reload();
await frame.getByText("flow ran for session").waitFor();
const [cookie] = (await context.cookies()).filter((c) => c.name === "__Host-sluice");
assert.ok(cookie.secure && cookie.httpOnly && cookie.sameSite === "None" && cookie.partitionKey, JSON.stringify(cookie));

const refused = page.waitForEvent("console", (m) => m.text().includes("frame-ancestors"));
await page.goto(other);
await refused;
await browser.close();
console.log("ok");
