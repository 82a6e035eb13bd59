/** `admin audit verify`: every way to tamper with the trail is found, and told for what it is. */
import assert from "node:assert/strict";
import { record } from "../db/audit.ts";
import { sealEntries } from "../db/chain.ts";
import type { Database } from "../db/sql.ts";
import { tellVerdict, type Verdict, verifyTrail } from "../ops/admin/verify.ts";
import { admin } from "./admin.ts";
import { aPlanner } from "./builders.ts";
import { onEach, onPostgres } from "./database.ts";
import { tampered } from "./tampering.ts";

const everywhere = { versions: [18, 15] } as const;
/** Smaller than the chains here, so that every walk turns pages. */
const PAGE = 3;
const quiet = () => {};

/** Two organizations with eight sealed entries each, numbered one after the other from 1. */
async function aTrail(db: Database) {
  const one = await aPlanner(db, { code: "ONE" });
  const two = await aPlanner(db, { code: "TWO" });
  for (const { organizationId } of [one, two]) {
    for (let nth = 1; nth <= 8; nth++) {
      await record(db.worker, [{ eventType: "EXPORT", organizationId, pfaId: `R-${nth}` }]);
    }
  }
  await sealEntries(db.worker, 1_000);
}

const verify = async (db: Database): Promise<ReadonlyMap<string | null, Verdict>> =>
  new Map(
    (await verifyTrail(db.owner, { progress: quiet, page: PAGE }))
      .map((verdict) => [verdict.chain.code, verdict]),
  );

onEach("an untouched trail is intact, what is not sealed yet is counted apart", async (db) => {
  await aTrail(db);
  const [{ id }] = await db.owner<[{ id: string }]>`select id from organization where code = 'TWO'`;
  await record(db.worker, [{ eventType: "EXPORT", organizationId: id }]);
  await record(db.auth, [{ eventType: "LOGIN" }]);
  const verdicts = await verify(db);
  const counts = [...verdicts].map(([code, { sealed, unsealed, fault }]) => ({
    code,
    sealed,
    unsealed,
    fault,
  }));
  assert.deepEqual(counts, [
    { code: "ONE", sealed: 8, unsealed: 0, fault: undefined },
    { code: "TWO", sealed: 8, unsealed: 1, fault: undefined },
    { code: null, sealed: 0, unsealed: 1, fault: undefined },
  ]);
  const { head } = verdicts.get("ONE")!.chain;
  assert.equal(
    tellVerdict(verdicts.get("ONE")!),
    `ONE: 8 sealed, 0 not sealed yet; intact, head ${head.hash}`,
  );
}, everywhere);

const EXCHANGED_SEALS = `
  update audit_seal s set entry_id = -o.entry_id from audit_seal o
  where s.entry_id in (4, 5) and o.entry_id = 9 - s.entry_id;
  update audit_seal s set entry_id = -entry_id, entry_at = e.at, digest = audit_digest(e)
  from audit_entry e where s.entry_id < 0 and e.id = -s.entry_id`;

/** What is done to entries 1 to 8 of ONE, and how it is told. */
const TAMPERING: ReadonlyArray<readonly [what: string, text: string, told: string]> = [
  [
    "altered details",
    `update audit_entry set details = '{"x": 1}' where id = 4`,
    "broken at link 4: entry 4 was altered",
  ],
  [
    "another author",
    "update audit_entry set user_id = gen_random_uuid() where id = 8",
    "broken at link 8: entry 8 was altered",
  ],
  [
    "another time",
    "update audit_entry set at = at - interval '1 microsecond' where id = 4",
    "broken at link 4: entry 4 was altered",
  ],
  [
    "moved to another organization",
    "update audit_entry set organization_id = (select id from organization where code = 'TWO') where id = 4",
    "broken at link 4: entry 4 was altered",
  ],
  [
    "an alteration with a seal to match",
    `update audit_entry set pfa_id = 'X' where id = 4;
     update audit_seal s set digest = audit_digest(e), hash = audit_link(
       (select hash from audit_seal where entry_id = 3), s)
     from audit_entry e where e.id = 4 and s.entry_id = 4`,
    "broken at link 4: the order was changed at entry 4",
  ],
  ["removed", "delete from audit_entry where id = 4", "broken at link 4: entry 4 was removed"],
  ["the newest removed", "delete from audit_entry where id = 8", "link 8: entry 8 was removed"],
  [
    "removed with its seal",
    "delete from audit_entry where id = 4; delete from audit_seal where entry_id = 4",
    "broken at link 4: its seal was removed",
  ],
  [
    "the newest removed with its seal",
    "delete from audit_entry where id = 8; delete from audit_seal where entry_id = 8",
    "broken at link 8: its seal was removed",
  ],
  ["a seal removed", "delete from audit_seal where entry_id = 1", "link 1: its seal was removed"],
  [
    "the newest seal removed with its chain's word",
    `delete from audit_seal where entry_id = 8;
     update audit_chain c set nth = s.nth, hash = s.hash from audit_seal s
     where s.entry_id = 7 and c.organization_id = s.organization_id`,
    "broken: entry 8 was inserted among sealed ones, or its seal was removed",
  ],
  [
    "inserted",
    `insert into audit_entry (id, at, organization_id, event_type, xid) overriding system value
     select 99, at + interval '1 microsecond', organization_id, 'EXPORT', xid from audit_entry where id = 4`,
    "broken: entry 99 was inserted",
  ],
  [
    "entries exchanged",
    `update audit_entry e set at = o.at, pfa_id = o.pfa_id, xid = o.xid from audit_entry o
     where e.id in (4, 5) and o.id = 9 - e.id`,
    "broken at link 4: the order was changed at entry 4",
  ],
  ["seals exchanged", EXCHANGED_SEALS, "broken at link 4: the order was changed at entry 5"],
  [
    "a seal altered",
    "update audit_seal set hash = sha256(hash) where entry_id = 4",
    "broken at link 4: the order was changed at entry 4",
  ],
  [
    "a seal of one's own at the end",
    `insert into audit_seal select organization_id, 9, 99, now(), digest, hash
     from audit_seal where entry_id = 8`,
    "broken at link 9: a seal was added",
  ],
];

for (const [what, text, told] of TAMPERING) {
  onEach(`the trail tells of this: ${what}`, async (db) => {
    await aTrail(db);
    await tampered(db, (tx) => tx.unsafe(text).simple());
    const verdicts = await verify(db);
    const line = tellVerdict(verdicts.get("ONE")!);
    assert.ok(line.includes(told), line);
    if (!what.includes("organization")) assert.equal(verdicts.get("TWO")!.fault, undefined);
  });
}

onEach("a chain holds when the months of its first entries have been dropped", async (db) => {
  const { organizationId } = await aPlanner(db, { code: "ONE" });
  await db.owner`
    create table audit_entry_2020_01 partition of audit_entry
    for values from ('2020-01-01T00:00Z') to ('2020-02-01T00:00Z')`;
  const at = (moment: string) =>
    db.owner`
      insert into audit_entry (organization_id, event_type, at)
      values (${organizationId}, 'EXPORT', ${moment})`;
  for (const moment of ["2020-01-05T00:00Z", "2020-01-31T23:59Z"]) await at(moment);
  for (const _ of [1, 2, 3]) await record(db.worker, [{ eventType: "EXPORT", organizationId }]);
  await at("2020-01-31T23:59Z");
  await sealEntries(db.worker, 1_000);
  assert.equal((await verify(db)).get("ONE")!.fault, undefined);

  await db.owner`drop table audit_entry_2020_01`;
  const verdict = (await verify(db)).get("ONE")!;
  assert.equal(verdict.fault, undefined);
  assert.match(tellVerdict(verdict), /^ONE: 6 sealed, 3 of them dropped with their month, 0 not/);
  await tampered(
    db,
    (tx) => tx`delete from audit_entry where id = (select max(id) - 1 from audit_entry)`,
  );
  assert.match(tellVerdict((await verify(db)).get("ONE")!), /link 4: entry 4 was removed/);
}, everywhere);

onPostgres(
  "the command walks one organization or all, and its exit code tells",
  async (db, url) => {
    await aTrail(db);
    const intact = await admin(url, "audit", "verify");
    assert.equal(intact.code, 0, intact.complained);
    assert.match(intact.said, /^ONE: 8 sealed.*\nTWO: 8 sealed.*\nentries of no organization: 0/);
    await tampered(db, (tx) => tx`delete from audit_entry where id = 4`);
    const broken = await admin(url, "audit", "verify");
    assert.equal(broken.code, 1);
    assert.match(broken.said, /^ONE: .*broken at link 4: entry 4 was removed\nTWO: .*intact/);
    const other = await admin(url, "audit", "verify", "--organization", "TWO");
    assert.equal(other.code, 0);
    assert.match(other.said, /^TWO: 8 sealed, [^\n]*\n$/);
    const unknown = await admin(url, "audit", "verify", "--organization", "NONE");
    assert.equal(unknown.code, 1);
    assert.match(unknown.complained, /^Cannot verify the trail: there is no organization NONE/);
    for (const wrong of [["audit"], ["audit", "verify", "ONE"], ["audit", "verify", "--all"]]) {
      const { code, complained } = await admin(url, ...wrong);
      assert.equal(code, 2);
      assert.match(complained, /^Unknown command audit/);
    }
  },
);
