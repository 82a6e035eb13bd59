/** The pages as HTTP answers: who gets which, what they carry, and where forms may lead. */
import assert from "node:assert/strict";
import { Hono } from "hono";
import type { AppEnv, Session } from "../app/env.ts";
import type { DeckData } from "../app/pages/deck.tsx";
import { pages } from "../app/pages/pages.tsx";
import { sitePath } from "../app/pages/path.ts";
import { PERMISSIONS } from "../domain/permissions.ts";
import { ASSETS as assets } from "./app_client.ts";

const deck: DeckData = {
  records: 2,
  costs: null,
  byCategory: [],
  review: { total: 0, seconds: null, groups: [] },
  choices: { class: [], area: [] },
  status: {
    totalQueued: 0,
    processing: 0,
    completed: 0,
    failed: 0,
    conflicts: 0,
    deadLetters: 0,
    waiting: 0,
    avgSyncTime: null,
    lastSyncAt: null,
    nextSyncAt: null,
    health: "healthy",
    reasons: [],
  },
};
const ana = (
  permissions: Session["organizations"][number]["permissions"] = PERMISSIONS,
): Session => ({
  user: { id: "u", username: "ana", displayName: "Ana Souza", email: null, isAdmin: false },
  organizations: [
    { id: "o1", code: "RIO", name: "Rio", permissions },
    { id: "o2", code: "PAX", name: "Port Arthur", permissions },
  ],
});

/** An API where nothing has happened yet. */
const api = (_c: unknown, path: string) =>
  path.includes("nonsense")
    ? Response.json({ errors: [{ path: "status", message: "Expected one of" }] }, { status: 400 })
    : Response.json({
      conflicts: [],
      jobs: [],
      deadLetters: [],
      groups: [],
      replays: [],
      organizations: [],
      users: [],
      sessions: [],
      tokens: [],
      id: "o1",
      code: "RIO",
      name: "Rio",
      pems: {
        baseUrl: "https://pems.example.org",
        rateLimit: 10,
        keyFingerprint: "0123456789abcdef",
        keySetAt: "2026-01-01T00:00:00.000Z",
        keySetBy: "Olga",
      },
      connection: {
        baseUrl: "https://pems.example.org",
        rateLimit: 10,
        circuit: "closed",
        since: "2026-01-01T00:00:00.000Z",
      },
      conflictPolicy: { model: "use_pems" },
      pause: {
        by: "administrator",
        reason: "<b>",
        since: "2026-01-01T00:00:00.000Z",
        userName: "Olga",
      },
      version: 3,
      records: [],
      entries: [],
      people: [{ id: "u", name: "Ana Souza" }],
      sealedThrough: null,
      walk: null,
      verdict: null,
      total: 0,
      nextCursor: null,
    });

/** A system administrator who belongs nowhere: the product has just been started. */
const root: Session = {
  user: { id: "r", username: "root", displayName: "Root", email: null, isAdmin: true },
  organizations: [],
};

const site = (session?: Session) =>
  new Hono<AppEnv>()
    .use(async (c, next) => {
      c.set("session", session);
      await next();
    })
    .route(
      "/",
      pages({
        assets,
        deck: () => Promise.resolve(deck),
        ask: (c, path) => Promise.resolve(api(c, path)),
        signIn: (_c, { password }) =>
          Promise.resolve(password === "right" ? undefined : "Wrong <b>"),
        signOut: () => Promise.resolve(),
        endView: () => Promise.resolve(),
        provider: undefined,
      }),
    );
const post = (fields: Record<string, string>) => ({
  method: "POST",
  body: new URLSearchParams(fields),
});

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

Deno.test("administration shows each section to who may use it, and to nobody else", async () => {
  const sectionsOf = async (session: Session, address = "/admin") => {
    const html = await (await site(session).request(address)).text();
    const tabs = /aria-label="Sections of Administration">(.*?)<\/nav>/.exec(html)?.[1] ?? "";
    return [...tabs.matchAll(/section=(\w+)"/g)].map(([, name]) => name);
  };
  assert.deepEqual(await sectionsOf(ana(["ManageSettings"])), ["connection", "policy"]);
  assert.deepEqual(await sectionsOf(ana(["ManageUsers"])), ["people"]);
  assert.deepEqual(await sectionsOf(root), ["users", "organizations"]);
  const both = { ...ana(), user: { ...ana().user, isAdmin: true } };
  assert.equal((await sectionsOf(both)).length, 5);
  for (const address of ["/admin", "/admin?section=connection", "/admin?org=OTHER"]) {
    const refused = await site(ana(["Read", "Sync"])).request(address);
    assert.equal(refused.status, 403, address);
    assert.doesNotMatch(await refused.text(), /data-island="admin"|<span>Administration/);
  }
  assert.equal((await site(ana()).request("/admin?org=OTHER")).status, 403);
  const asked = await (await site(ana(["ManageUsers"])).request("/admin?section=connection"))
    .text();
  assert.doesNotMatch(asked, /Test connection/, "a section that is not for them is not shown");
});

Deno.test("the sections of administration can be read without scripts", async () => {
  const read = async (session: Session, address: string) => {
    const answer = await site(session).request(address);
    assert.equal(answer.status, 200);
    const html = await answer.text();
    assert.doesNotMatch(html, /\sstyle="/);
    return html;
  };
  const connection = await read(ana(), "/admin?org=RIO&section=connection");
  assert.match(connection, /Paused by Olga/);
  assert.match(connection, /<q>&lt;b/);
  assert.match(connection, /0123456789abcdef/);
  assert.match(connection, /older than 90 days/);
  assert.match(connection, /type="password"[^>]*autocomplete="new-password"/);
  const policy = await read(ana(), "/admin?section=policy");
  assert.match(policy, /name="model" value="use_pems" checked/);
  assert.doesNotMatch(policy, /name="(originalStart|isDiscontinued)"/);
  assert.match(await read(ana(), "/admin?section=people"), /There is nobody yet/);
  assert.match(await read(root, "/admin?section=organizations"), /no organization yet/);
  assert.match(await read(root, "/account?section=tokens"), /You have no tokens/);
});

Deno.test("everybody has an account of their own, whatever they may do", async () => {
  for (const session of [root, ana([]), ana()]) {
    for (const section of ["sessions", "tokens", "password", "nonsense"]) {
      const answer = await site(session).request(`/account?section=${section}`);
      assert.equal(answer.status, 200);
      assert.match(await answer.text(), /<h1>Your account/);
    }
  }
  assert.equal((await site().request("/account")).status, 303);
  const limited = await (await site(ana(["Read"])).request("/account?section=tokens")).text();
  assert.match(limited.replaceAll("&quot;", '"'), /"held":\["Read"\]/);
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
