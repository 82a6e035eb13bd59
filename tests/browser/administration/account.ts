/** Anybody's own account: tokens, sessions, the password. */
import assert from "node:assert/strict";
import { awake } from "../browser.ts";
import { type Bench, entry, holds, rio, signedIn, toastSays } from "../decisions.ts";

/** A token is made, used, found used, and revoked; a session is ended from another one. */
export async function account(bench: Bench): Promise<void> {
  const { product } = bench;
  const { page, complaints } = await signedIn(bench, { at: "/history?org=RIO" });
  await page.getByText("Your menu").locator("..").press("Enter");
  await page.getByRole("link", { name: "Your account" }).press("Enter");
  await page.getByRole("link", { name: "API tokens" }).press("Enter");
  await page.getByText("You have no tokens").waitFor();
  await awake(page);
  await holds(page, "no tokens");
  await page.getByLabel("Name", { exact: true }).focus();
  await page.keyboard.type("Nightly report");
  await page.keyboard.press("Enter");
  const secret = await page.getByLabel("Token", { exact: true }).inputValue();
  await entry(page, "Nightly report").getByText("never used").waitFor();
  await holds(page, "a new token");
  const asked = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(product.origin + path, {
      ...init,
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
    });
    return { status: response.status, body: await response.json() };
  };
  const me = await asked("/api/auth/me");
  assert.deepEqual(me.body.organizations[0].permissions, ["Read"]);
  const organizationId = await rio(page);
  const body = JSON.stringify({ organizationId });
  assert.equal((await asked("/api/pems/write-sync", { method: "POST", body })).status, 403);
  await page.reload();
  await awake(page);
  await entry(page, "Nightly report").getByText("last used").waitFor();
  assert.ok(!(await page.content()).includes(secret), "it was shown once");
  await page.getByLabel("Chosen permissions").check();
  await page.getByRole("checkbox", { name: "ManageUsers" }).isDisabled();
  await holds(page, "the scope of a token");
  await page.getByRole("button", { name: "Revoke Nightly report" }).press("Enter");
  await page.getByText("You have no tokens").waitFor();
  assert.equal((await asked("/api/auth/me")).status, 401);
  const other = await signedIn(bench, { at: "/history?org=RIO" });
  await page.getByRole("link", { name: "Sessions" }).press("Enter");
  await page.getByText("this one").waitFor();
  await awake(page);
  await holds(page, "sessions");
  await page.getByRole("button", { name: /^End all \d+ others?$/ }).press("Enter");
  await toastSays(page, /sessions? ended/);
  await page.getByRole("button", { name: /^End all/ }).waitFor({ state: "detached" });
  await other.page.goto(`${product.origin}/history?org=RIO`);
  await other.page.getByLabel("Password").waitFor();
  await page.getByRole("link", { name: "Password" }).press("Enter");
  await page.getByLabel("Present password").waitFor();
  await awake(page);
  await page.getByLabel("Present password").fill("not-the-password");
  await page.getByLabel(/^New password/).fill("another-password");
  await page.keyboard.press("Enter");
  await page.getByText("This is not your password").waitFor();
  await holds(page, "a password that is not one's own");
  assert.deepEqual(complaints.filter((one) => !one.includes("422")), []);
  await page.context().close();
  await other.page.context().close();
}
