/** The system administrator, who makes organizations and puts people into them. */
import assert from "node:assert/strict";
import { awake } from "../browser.ts";
import { type Bench, entry, holds, signedIn } from "../decisions.ts";

/** The product is to be started with this password. */
export const ROOT = { username: "admin", password: "the-first-password" };

/** A system administrator makes an organization and puts somebody into it. */
export async function root(bench: Bench): Promise<void> {
  const { page, complaints } = await signedIn(bench, {
    who: ROOT,
    at: "/admin?section=organizations",
  });
  await entry(page, "Port Arthur LNG Expansion").getByText("Connected").waitFor();
  await holds(page, "organizations");
  await page.getByLabel(/^Code/).fill("LUANDA");
  await page.getByLabel("Name", { exact: true }).fill("Luanda Refinery");
  await page.keyboard.press("Enter");
  await page.waitForURL(/org=LUANDA&section=connection/);
  await awake(page);
  await page.getByRole("link", { name: "All users" }).press("Enter");
  await page.waitForURL(/section=users/);
  await awake(page);
  await page.getByLabel("Search").fill("vic");
  await page.keyboard.press("Enter");
  await entry(page, "Ana Souza").waitFor({ state: "detached" });
  assert.match(page.url(), /search=vic/);
  await page.getByRole("button", { name: "Add to LUANDA… Vic Ortega" }).press("Enter");
  const added = page.getByRole("dialog", { name: "Vic Ortega in Luanda Refinery" });
  await added.getByRole("button", { name: "Viewer without money" }).press("Enter");
  await added.getByRole("button", { name: "Save" }).press("Enter");
  await entry(page, "Vic Ortega").getByText("Luanda Refinery: Viewer without money").waitFor();
  await holds(page, "all users");
  assert.deepEqual(complaints, []);
  await page.context().close();
}
