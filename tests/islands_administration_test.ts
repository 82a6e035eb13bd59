/** The pages of administration and of one's account as HTTP answers: which sections who gets, readable without scripts. */
import assert from "node:assert/strict";
import type { Session } from "../app/env.ts";
import { ana, root, site } from "./pages_bench.ts";

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
