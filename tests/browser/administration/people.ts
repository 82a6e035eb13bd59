/** People of an organization: added, given permissions, shut out, by who manages them and by nobody else. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { signIn, visit } from "../browser.ts";
import { type Bench, entry, holds, signedIn } from "../decisions.ts";
import { openGrid } from "../planner.ts";

const AT = "/admin?org=RIO&section=people";

/** A planner is added with a last day, signs in with the password that was told once, and is taken out again. */
export async function people(bench: Bench): Promise<void> {
  const { browser, product } = bench;
  const { page, complaints } = await signedIn(bench, { who: product.olga, at: AT });
  await entry(page, "Vic Ortega").getByText("Read only").waitFor();
  await holds(page, "people");
  await page.getByRole("button", { name: "Add a person…" }).press("Enter");
  const added = page.getByRole("dialog", { name: /^A new person in/ });
  await added.getByLabel("Username").fill("pia");
  await added.getByLabel("Name", { exact: true }).fill("Pia Planner");
  await added.getByRole("button", { name: "Planner", exact: true }).press("Enter");
  assert.ok(await added.getByRole("checkbox", { name: "ViewFinancials" }).isChecked());
  assert.ok(!await added.getByRole("checkbox", { name: "ManageUsers" }).isChecked());
  await added.getByLabel("Last day").fill("2099-12-31");
  await holds(page, "adding a person");
  await added.getByLabel("Username").press("Enter");
  const told = page.getByRole("dialog", { name: "Pia Planner can sign in" });
  const password = await told.getByLabel("First password").inputValue();
  await holds(page, "a first password");
  await told.getByRole("button", { name: "Done" }).press("Enter");
  await entry(page, "Pia Planner").getByText("Planner, until").waitFor();
  const pia = await visit(browser, { reducedMotion: true });
  await signIn(pia.page, `${product.origin}/grid?org=RIO`, { username: "pia", password });
  await openGrid(pia.page, `${product.origin}/grid?org=RIO`);
  await pia.page.getByRole("button", { name: "Save & Sync" }).waitFor();
  await page.getByRole("button", { name: "Permissions of Pia Planner…" }).press("Enter");
  const permissions = page.getByRole("dialog", { name: /^Pia Planner in/ });
  await permissions.getByRole("checkbox", { name: "Sync", exact: true }).uncheck();
  await permissions.getByRole("button", { name: "Save" }).press("Enter");
  await entry(page, "Pia Planner").getByText("9 of 14 permissions").waitFor();
  await pia.page.reload();
  await openGrid(pia.page, `${product.origin}/grid?org=RIO`);
  assert.equal(await pia.page.getByRole("button", { name: "Save & Sync" }).count(), 0);
  await page.getByRole("button", { name: "Account of Pia Planner…" }).press("Enter");
  const account = page.getByRole("dialog", { name: "Account of Pia Planner" });
  await account.getByText(/^Chrome on/).waitFor();
  await holds(page, "a person's account");
  await account.getByRole("button", { name: "End all 1" }).press("Enter");
  await account.getByText("Pia Planner is signed in nowhere").waitFor();
  await pia.page.goto(`${product.origin}/grid?org=RIO`);
  await pia.page.getByLabel("Password").waitFor();
  await account.getByRole("button", { name: "Deactivate" }).press("Enter");
  await entry(page, "Pia Planner").getByText("Deactivated").waitFor();
  await signInRefused(pia.page, { username: "pia", password });
  assert.deepEqual(complaints, []);
  await page.context().close();
  await pia.page.context().close();
}

async function signInRefused(page: Page, account: { username: string; password: string }) {
  await page.getByLabel("Username or e-mail").fill(account.username);
  await page.getByLabel("Password").fill(account.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("The username or password is wrong").waitFor();
}

/** Nobody gives up the managing of people unasked, and who may not see a section is not offered it. */
export async function warned(bench: Bench): Promise<void> {
  const { product } = bench;
  const { page } = await signedIn(bench, { who: product.olga, at: AT });
  await page.getByRole("button", { name: "Permissions of Olga Lindqvist…" }).click();
  const own = page.getByRole("dialog", { name: /^Olga Lindqvist in/ });
  await own.getByRole("button", { name: "Viewer", exact: true }).click();
  await own.getByRole("button", { name: "Save" }).click();
  await own.getByText("Nobody in this list but you manages the people").waitFor();
  await holds(page, "a warning");
  await page.keyboard.press("Escape");
  await own.waitFor({ state: "detached" });
  await entry(page, "Olga Lindqvist").getByText("Administrator").waitFor();
  await page.context().close();
  const vic = await signedIn(bench, { who: product.vic, at: AT });
  await vic.page.getByText("lacks the permission ManageSettings or ManageUsers").waitFor();
  assert.equal(await vic.page.getByRole("link", { name: "Administration" }).count(), 0);
  await vic.page.context().close();
}
