/** The pages as HTTP answers: who gets which, what they carry, and where forms may lead. */
import assert from "node:assert/strict";
import { sitePath } from "../app/pages/path.ts";
import { ana, post, site } from "./pages_bench.ts";

Deno.test("a visitor is led to the login and back to where they were going", async () => {
  const refused = await site().request("/grid?org=PAX&q=crane");
  assert.equal(refused.status, 303);
  assert.equal(refused.headers.get("location"), "/login?next=%2Fgrid%3Forg%3DPAX%26q%3Dcrane");
  const fields = { username: "ana", password: "right", next: "/grid?org=PAX&q=crane" };
  const entered = await site().request("/login", post(fields));
  assert.equal(entered.headers.get("location"), "/grid?org=PAX&q=crane");
});

Deno.test("a failed sign-in keeps the name, tells why, and escapes what it tells", async () => {
  const answer = await site().request(
    "/login",
    post({ username: 'a"b', password: "x", next: "/" }),
  );
  const html = await answer.text();
  assert.equal(answer.status, 401);
  assert.match(html, /role="alert"[^>]*>Wrong &lt;b/);
  assert.match(html, /value="a&quot;b"/);
});

Deno.test("a form leads to no other site", () => {
  const elsewhere = [
    "//evil.test",
    "/\\evil.test",
    "/\t/evil.test",
    "https://evil.test",
    "/.//evil.test",
  ];
  for (const wish of [...elsewhere, "javascript:alert(1)", "", undefined, 7]) {
    assert.equal(sitePath(wish), "/", String(wish));
  }
  assert.equal(sitePath("/grid?org=A#b"), "/grid?org=A#b");
});

Deno.test("pages allow only their own scripts, and no inline style", async () => {
  const answer = await site(ana()).request("/");
  const policy = answer.headers.get("content-security-policy")!;
  const html = await answer.text();
  const nonce = /'nonce-([^']+)'/.exec(policy)![1]!;
  assert.match(policy, /default-src 'self'; script-src 'self' 'nonce-/);
  assert.match(policy, /frame-ancestors 'none'; base-uri 'none'; form-action 'self'/);
  assert.ok(html.includes(`nonce="${nonce}"`));
  assert.doesNotMatch(html, /\sstyle="/);
});

Deno.test("links and forms keep the organization, which is one of the user's own", async () => {
  const html = await (await site(ana()).request("/grid?org=PAX")).text();
  assert.match(html, /href="\/\?org=PAX"/);
  assert.match(html, /&quot;organizationId&quot;:&quot;o2&quot;/);
  assert.equal((await site(ana()).request("/grid?org=OTHER")).status, 403);
  assert.equal((await site(ana(["Sync"])).request("/grid")).status, 403);
});

Deno.test("a list is read with the filters of its address, and tells what it cannot read", async () => {
  const html = await (await site(ana()).request("/conflicts?org=PAX&status=any")).text();
  assert.match(html, /No conflict matches these filters/);
  const odd = await (await site(ana()).request("/conflicts?status=nonsense")).text();
  assert.match(odd, /role="alert"[^>]*>Expected one of/);
  assert.match(await (await site(ana()).request("/history")).text(), /Nothing has been synced yet/);
});

Deno.test("dead letters are for who manages the settings, in the navigation too", async () => {
  const seen = await (await site(ana()).request("/dead-letters")).text();
  assert.match(seen, /Nothing has failed for good/);
  const refused = await site(ana(["Read", "Sync"])).request("/dead-letters");
  assert.equal(refused.status, 403);
  const html = await refused.text();
  assert.match(html, /lacks the permission ManageSettings/);
  assert.doesNotMatch(html, /<span>Dead letters/);
  assert.match(seen, /<span>Dead letters/);
});

Deno.test("the trail is for who manages the settings, and is narrowed by its address", async () => {
  const whole = await (await site(ana()).request("/audit")).text();
  assert.match(whole, /Nothing has happened yet/);
  assert.match(whole, /Nothing is sealed yet\./);
  assert.match(whole, /<option value="u">Ana Souza/);
  assert.doesNotMatch(whole, / style="/);
  const address = "/audit?org=PAX&eventType=writes&pfaId=PFA-1&from=2026-11-01&to=2026-11-02";
  const some = (await (await site(ana()).request(address)).text()).replaceAll("&amp;", "&");
  assert.match(some, /Nothing in the trail matches these filters/);
  assert.match(some, /audit\.csv\?organizationId=o2[^"]*pfaId=PFA-1[^"]*WRITE_ATTEMPT/);
  assert.match(some, /name="from" value="2026-11-01"/);
  const odd = await (await site(ana()).request("/audit?correlationId=nonsense")).text();
  assert.match(odd, /role="alert"[^>]*>Expected one of/);
  const refused = await site(ana(["Read", "Sync"])).request("/audit");
  assert.equal(refused.status, 403);
  assert.doesNotMatch(await refused.text(), /<span>Audit/);
});

Deno.test("the timeline carries its outlook, no style that the policy forbids, and no money unseen", async () => {
  const address = "/timeline?org=PAX&zoom=week&date=2027-01-03&group=class";
  const html = (await (await site(ana()).request(address)).text()).replaceAll("&quot;", '"');
  assert.match(html, /"outlook":{"zoom":"week","date":"2027-01-03"}/);
  assert.match(html, /"group":"class"/);
  assert.match(html, /Cost per month/);
  assert.doesNotMatch(html, / style="/);
  const unseen = await (await site(ana(["Read"])).request("/timeline")).text();
  assert.doesNotMatch(unseen, /monthlyRate|purchasePrice|Cost per month/);
  assert.equal((await site(ana(["Sync"])).request("/timeline")).status, 403);
});

Deno.test("without ViewFinancials the grid knows of no money", async () => {
  const seen = await (await site(ana()).request("/grid")).text();
  const unseen = await (await site(ana(["Read"])).request("/grid")).text();
  assert.match(seen, /Monthly rate/);
  assert.doesNotMatch(unseen, /Monthly rate|monthlyRate|purchasePrice/);
});

Deno.test("the theme is in the first byte of the page, and only a known one", async () => {
  const dark = await site(ana()).request("/", { headers: { cookie: "theme=dark" } });
  assert.match(await dark.text(), /<html lang="en" data-theme="dark">/);
  const odd = await site(ana()).request("/", { headers: { cookie: "theme=x%22y" } });
  assert.match(await odd.text(), /data-theme="system"/);
  const chosen = await site().request("/theme", post({ theme: "light", next: "/grid" }));
  assert.match(chosen.headers.get("set-cookie")!, /^theme=light; Path=\//);
});
