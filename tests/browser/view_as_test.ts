/** Looking as somebody else in the browser: begun among the people, told on every page, ended by its button. */
import assert from "node:assert/strict";
import { visit } from "./browser.ts";
import { type Bench, call, entry, holds, rio, signedIn } from "./decisions.ts";
import { journeys } from "./journeys.ts";
import { openGrid } from "./planner.ts";

const PEOPLE = "/admin?org=RIO&section=people";

async function viewing(bench: Bench): Promise<void> {
  const { product } = bench;
  const { page, complaints } = await signedIn(bench, { who: product.olga, at: PEOPLE });
  await entry(page, "Olga Lindqvist").waitFor();
  assert.equal(await page.getByRole("button", { name: "View as Olga Lindqvist" }).count(), 0);
  await page.getByRole("button", { name: "View as Vic" }).press("Enter");
  const banner = page.getByRole("region", { name: "Viewing as somebody else" });
  await banner.getByText(/You view Rio .* as Vic .*: nothing can be changed/).waitFor();
  await banner.getByText(/Signed in as Olga Lindqvist, until/).waitFor();
  await holds(page, "CommandDeck as somebody else");
  // Vic manages nothing and sees no money: nor does who looks as Vic.
  assert.equal(await page.locator("a[href^='/admin']").count(), 0);
  await openGrid(page, `${product.origin}/grid?org=RIO`);
  await banner.waitFor();
  const organizationId = await rio(page);
  const { records } = await call<{ records: ReadonlyArray<{ data: { monthlyRate: unknown } }> }>(
    page,
    { path: `/api/pfa-data?organizationId=${organizationId}&source=Rental&limit=1` },
  );
  assert.equal(records[0]!.data.monthlyRate, null);
  const commit = { path: "/api/pfa-data/commit-drafts", body: { organizationId } };
  await assert.rejects(call(page, commit), /You look as Vic Ortega, which changes nothing/);
  await page.goto(`${product.origin}${PEOPLE}`);
  await page.getByText("lacks the permission").waitFor();
  await banner.getByRole("button", { name: "Stop viewing" }).press("Enter");
  await page.getByRole("button", { name: "View as Vic" }).waitFor();
  assert.equal(await banner.count(), 0);
  await page.goto(`${product.origin}/audit?org=RIO&eventType=VIEW_AS_ENDED`);
  await page.getByText("stopped looking as Vic Ortega").first().waitFor();
  assert.deepEqual(complaints.filter((one) => !one.includes("403")), []);
  await page.context().close();
}

/** The other way in stands on the login page, and says so in plain words when it does not work. */
async function otherWayIn({ browser, product }: Bench): Promise<void> {
  const { page, complaints } = await visit(browser, { reducedMotion: true });
  await page.goto(`${product.origin}/login?next=%2Fgrid`);
  const way = page.getByRole("link", { name: "Sign in with Plant login" });
  await holds(page, "a login with two ways");
  await way.press("Enter");
  await page.getByRole("alert").getByText("Plant login cannot be reached just now").waitFor();
  await holds(page, "a login that did not work");
  assert.deepEqual(complaints.filter((one) => !one.includes("401")), []);
  await page.context().close();
}

journeys("an administrator looks at the pages as a viewer, changing nothing", [
  viewing,
  otherWayIn,
], {
  // Nobody listens there.
  OIDC_ISSUER: "http://127.0.0.1:9",
  OIDC_CLIENT_ID: "vanguard",
  OIDC_CLIENT_SECRET: "secret",
  OIDC_REDIRECT_URL: "http://127.0.0.1/api/auth/oidc/callback",
  OIDC_NAME: "Plant login",
});
