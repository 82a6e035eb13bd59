/** Administration in the browser: keys replaced, people added, policies tried, tokens made; by whoever may, and by keyboard. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { awake, signIn, visit } from "./browser.ts";
import {
  type Bench,
  call,
  commit,
  conflicting,
  entry,
  holds,
  OURS,
  rio,
  signedIn,
  THEIRS,
  toastSays,
} from "./decisions.ts";
import { journeys } from "./journeys.ts";
import { badgeSays, openGrid } from "./planner.ts";

const ROOT = { username: "admin", password: "the-first-password" };
const SENT = "PFA-10002";
const DISPUTED = ["PFA-10003", "PFA-10005"] as const;
const SETTLED = "PFA-10006";
const NEW_KEY = "a-rotated-key";

const sectionOf = (section: string) => `/admin?org=RIO&section=${section}`;

/** PEMS has replaced its key: the pause is seen, the new key put in, tried, and what waited goes out. */
async function key(bench: Bench): Promise<void> {
  const { product } = bench;
  const ana = await signedIn(bench, { at: "/grid?org=RIO" });
  await openGrid(ana.page, `${product.origin}/grid?org=RIO`);
  const { page, complaints } = await signedIn(bench, {
    who: product.olga,
    at: sectionOf("connection"),
  });
  await page.getByText("Connected", { exact: true }).waitFor();
  await holds(page, "a connection");
  await product.faults({ replacedKey: NEW_KEY });
  await commit(ana.page, [SENT], OURS);
  // Told by the socket: nobody reloads.
  await page.getByText("Paused: PEMS refuses our key").waitFor();
  await badgeSays(ana.page, SENT, "Waiting");
  await page.getByRole("button", { name: "Test connection" }).press("Enter");
  await page.getByText("PEMS refuses the key. Put in the one").waitFor();
  await holds(page, "a connection that PEMS refuses");
  const url = page.getByLabel("PEMS URL, of its own");
  const sandbox = (await url.getAttribute("placeholder"))!;
  await url.focus();
  await page.keyboard.type(sandbox);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.type(NEW_KEY);
  await page.keyboard.press("Enter");
  await toastSays(page, "Key replaced");
  await page.getByText("Connected", { exact: true }).waitFor();
  await page.getByText(/set today by Olga Lindqvist/).waitFor();
  assert.equal(await page.getByLabel("New API key").inputValue(), "", "it never comes out again");
  await page.getByRole("button", { name: "Test connection" }).press("Enter");
  await page.getByText(/PEMS answered in \d+ ms: its health/).waitFor();
  await badgeSays(ana.page, SENT, "Synced");
  const { changes } = await product.ledger();
  assert.equal(changes.filter(({ pfaId }) => pfaId === SENT).length, 1);
  assert.deepEqual([...complaints, ...ana.complaints], []);
  await page.context().close();
  await ana.page.context().close();
}

async function pausing(bench: Bench): Promise<void> {
  const { page, complaints } = await signedIn(bench, {
    who: bench.product.olga,
    at: sectionOf("connection"),
  });
  await page.getByRole("button", { name: "Pause…" }).press("Enter");
  const pause = page.getByRole("dialog", { name: "Pause?" });
  await holds(page, "a pause");
  await pause.getByLabel(/^Why/).fill("PEMS is being upgraded");
  await page.keyboard.press("Enter");
  await page.getByText("Paused by Olga Lindqvist").waitFor();
  await page.getByText("PEMS is being upgraded").waitFor();
  await holds(page, "a paused connection");
  await page.getByRole("button", { name: "Resume…" }).press("Enter");
  const resume = page.getByRole("dialog", { name: "Resume?" });
  await resume.getByLabel(/^Why/).fill("It is done");
  await page.keyboard.press("Enter");
  await page.getByText("Connected", { exact: true }).waitFor();
  assert.deepEqual(complaints, []);
  await page.context().close();
}

/** What somebody else saved meanwhile is not undone, and what was typed is not lost unasked. */
async function meanwhile(bench: Bench): Promise<void> {
  const { page } = await signedIn(bench, { who: bench.product.olga, at: sectionOf("connection") });
  const id = await rio(page);
  const name = page.getByLabel("Name", { exact: true });
  const before = await name.inputValue();
  await name.fill("Mine");
  const asked = Promise.withResolvers<string>();
  page.once("dialog", (dialog) => {
    asked.resolve(dialog.type());
    void dialog.dismiss();
  });
  await page.getByRole("link", { name: "People" }).click({ noWaitAfter: true });
  assert.equal(await asked.promise, "beforeunload");
  assert.equal(await name.inputValue(), "Mine");
  await rename(page, id, "Theirs");
  // Refused, or not even sent where the news was faster.
  await name.press("Enter");
  await page.getByText("Somebody changed these settings meanwhile.").waitFor();
  await holds(page, "settings that have moved on");
  assert.equal(await name.inputValue(), "Mine", "what was typed is still there");
  await page.getByRole("button", { name: "Show them" }).click();
  assert.equal(await name.inputValue(), "Theirs");
  await name.fill(before);
  await name.press("Enter");
  await toastSays(page, "Settings saved");
  await page.context().close();
}

const rename = (page: Page, id: string, name: string) =>
  page.evaluate(async ({ id, name }) => {
    await fetch(`/api/admin/organizations/${id}`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name }),
    });
  }, { id, name });

/** A planner is added with a last day, signs in with the password that was told once, and is taken out again. */
async function people(bench: Bench): Promise<void> {
  const { browser, product } = bench;
  const { page, complaints } = await signedIn(bench, {
    who: product.olga,
    at: sectionOf("people"),
  });
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
async function warned(bench: Bench): Promise<void> {
  const { product } = bench;
  const { page } = await signedIn(bench, { who: product.olga, at: sectionOf("people") });
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
  const vic = await signedIn(bench, { who: product.vic, at: sectionOf("people") });
  await vic.page.getByText("lacks the permission ManageSettings or ManageUsers").waitFor();
  assert.equal(await vic.page.getByRole("link", { name: "Administration" }).count(), 0);
  await vic.page.context().close();
}

/** A policy is tried on what happened, saved, and decides the next conflict. */
async function policy(bench: Bench): Promise<void> {
  const { product } = bench;
  const ana = await signedIn(bench);
  await conflicting(ana.page, product, DISPUTED);
  const { page, complaints } = await signedIn(bench, {
    who: product.olga,
    at: sectionOf("policy"),
  });
  await holds(page, "a policy");
  const radio = (field: string, choice: string) =>
    page.getByRole("group", { name: field, exact: true }).getByLabel(choice);
  await radio("Model", "Ask").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  assert.ok(await radio("Model", "Use PEMS").isChecked());
  const tryIt = page.getByRole("button", { name: "Try it on past conflicts" });
  await tryIt.press("Enter");
  await page.getByText("Of the last 2 conflicts this policy would have settled 0.").waitFor();
  await radio("Forecast end", "Ask").focus();
  await page.keyboard.press("ArrowRight");
  assert.ok(await radio("Forecast end", "Use mine").isChecked());
  await tryIt.press("Enter");
  await page.getByText("would have settled 2 by itself: 2 some of each.").waitFor();
  await page.getByRole("row", { name: DISPUTED[0] }).getByText("Forecast end, Model").waitFor();
  await page.getByText("Not saved yet").waitFor();
  await holds(page, "a dry run");
  await page.getByRole("button", { name: "Save", exact: true }).press("Enter");
  await toastSays(page, "Conflict policy saved");
  await page.reload();
  await awake(page);
  assert.ok(await radio("Model", "Use PEMS").isChecked());
  await openGrid(ana.page, `${product.origin}/grid?org=RIO`);
  await product.edit(SETTLED, THEIRS);
  await commit(ana.page, [SETTLED], OURS);
  await badgeSays(ana.page, SETTLED, "Synced");
  const organizationId = await rio(page);
  const { conflicts } = await call<{ conflicts: Array<{ pfaId: string; status: string }> }>(page, {
    path: `/api/pems/conflicts?organizationId=${organizationId}&status=resolved_auto`,
  });
  assert.deepEqual(conflicts.map(({ pfaId }) => pfaId), [SETTLED]);
  assert.deepEqual(complaints, []);
  await page.context().close();
  await ana.page.context().close();
}

/** A token is made, used, found used, and revoked; a session is ended from another one. */
async function account(bench: Bench): Promise<void> {
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

/** A system administrator makes an organization and puts somebody into it. */
async function root(bench: Bench): Promise<void> {
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

journeys(
  "who administers replaces keys, adds people, tries policies, and ends what is no longer wanted",
  [key, pausing, meanwhile, people, warned, policy, account, root],
  { WRITE_SYNC_RETRY_DELAY: "50", ADMIN_PASSWORD: ROOT.password },
);
