/** Sealing the audit trail: every entry once, in the order of commits, however transactions overlap. */
import assert from "node:assert/strict";
import { record } from "../db/audit.ts";
import { sealEntries } from "../db/chain.ts";
import { asTenant, type Database, type Sql, type Tenant } from "../db/sql.ts";
import { aPlanner } from "./builders.ts";
import { onEach, onPostgres } from "./database.ts";

const everywhere = { versions: [18, 15] } as const;
const MOST = 1_000;

const told = (sql: Sql, { organizationId }: Tenant, pfaId: string) =>
  record(sql, [{ eventType: "EXPORT", organizationId, pfaId }]);

/** What the chain of an organization says, in its order. */
const chained = async (db: Database, organizationId: string | null) => {
  const rows = await db.owner<Array<{ pfa_id: string; nth: string }>>`
    select e.pfa_id, s.nth from audit_seal s join audit_entry e on e.id = s.entry_id
    where s.organization_id is not distinct from ${organizationId}::uuid order by s.nth`;
  assert.deepEqual(rows.map(({ nth }) => Number(nth)), rows.map((_, at) => at + 1));
  return rows.map((row) => row.pfa_id);
};

/** Each link, computed anew from the entry it seals. */
const brokenLinks = async (db: Database) => [
  ...await db.owner`
    select nth from (
      select s.nth, s.hash, s.digest, audit_digest(e) as found, audit_link(coalesce(
        lag(s.hash) over (partition by s.organization_id order by s.nth), ''), s) as follows
      from audit_seal s join audit_entry e on e.id = s.entry_id) l
    where hash <> follows or digest <> found`,
];

/** A transaction that has written an entry, and commits or not when it is told to. */
function begun(db: Database, tenant: Tenant, pfaId: string) {
  const written = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<"commit" | "rollback">();
  const done = db.app.begin(async (tx) => {
    await tx`select set_config('app.organization_id', ${tenant.organizationId}, true)`;
    await record(tx, [{ eventType: "EXPORT", organizationId: tenant.organizationId, pfaId }]);
    written.resolve();
    if (await ended.promise === "rollback") throw new Error("rolled back");
  }).catch(() => {});
  return {
    written: written.promise,
    end: async (how: "commit" | "rollback") => {
      ended.resolve(how);
      await done;
    },
  };
}

onEach("entries are chained by organization, each with what is before it", async (db) => {
  const [one, two] = [await aPlanner(db), await aPlanner(db)];
  for (const pfaId of ["A", "B", "C"]) {
    await told(db.worker, one, pfaId);
    await told(db.worker, two, pfaId.toLowerCase());
  }
  await record(db.auth, [{ eventType: "LOGIN", pfaId: "nobody's" }]);
  assert.equal(await sealEntries(db.worker, MOST), 7);
  assert.equal(await sealEntries(db.worker, MOST), 0, "once");
  await told(db.worker, one, "D");
  assert.equal(await sealEntries(db.worker, MOST), 1);

  assert.deepEqual(await chained(db, one.organizationId), ["A", "B", "C", "D"]);
  assert.deepEqual(await chained(db, two.organizationId), ["a", "b", "c"]);
  assert.deepEqual(await chained(db, null), ["nobody's"]);
  assert.deepEqual(await brokenLinks(db), []);
  const heads = await db.owner`
    select c.nth, c.hash = s.hash as same from audit_chain c join audit_seal s
    on s.nth = c.nth and s.organization_id is not distinct from c.organization_id`;
  assert.deepEqual(heads.map(({ same }) => same), [true, true, true]);
}, everywhere);

onEach("the hash of a link is what anybody can compute from the trail", async (db) => {
  const tenant = await aPlanner(db);
  for (const pfaId of ["A", "B"]) await told(db.worker, tenant, pfaId);
  await sealEntries(db.worker, MOST);
  const rows = await db.owner.begin(async (tx) => {
    await tx`set local time zone 'Asia/Tokyo'`;
    return await tx<LinkRow[]>`
    select s.nth, s.entry_id, s.hash, (extract(epoch from e.at) * 1000000)::bigint as micros,
      jsonb_build_array((extract(epoch from e.at) * 1000000)::bigint, e.organization_id, e.event_type,
        null, null, e.pfa_id, null, null, null, e.details, e.xid::text)::text as text
    from audit_seal s join audit_entry e on e.id = s.entry_id order by s.nth`;
  }) as LinkRow[];
  let previous = new Uint8Array();
  for (const { nth, entry_id, micros, text, hash } of rows) {
    const places = new DataView(new ArrayBuffer(24));
    [nth, entry_id, micros].forEach((place, at) => places.setBigInt64(at * 8, BigInt(place)));
    const digest = await sha256(new TextEncoder().encode(text));
    previous = await sha256(
      new Uint8Array([...previous, ...new Uint8Array(places.buffer), ...digest]),
    );
    assert.deepEqual([...previous], [...hash], `link ${nth}`);
  }
  assert.equal(rows.length, 2);
}, everywhere);

interface LinkRow {
  readonly nth: string;
  readonly entry_id: string;
  readonly micros: string;
  readonly text: string;
  readonly hash: Uint8Array;
}

const sha256 = async (bytes: Uint8Array<ArrayBuffer>) =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

for (const version of [18, 15] as const) {
  onPostgres("what commits late is chained when it commits, and holds nobody up", async (db) => {
    const tenant = await aPlanner(db);
    const early = begun(db, tenant, "began first");
    await early.written;
    const lost = begun(db, tenant, "rolled back");
    await lost.written;
    await told(db.worker, tenant, "A");
    assert.equal(await sealEntries(db.worker, MOST), 1, "what is committed does not wait");
    await told(db.worker, tenant, "B");
    assert.equal(await sealEntries(db.worker, MOST), 1);
    await early.end("commit");
    await lost.end("rollback");
    await told(db.worker, tenant, "C");
    assert.equal(await sealEntries(db.worker, MOST), 2);
    assert.equal(await sealEntries(db.worker, MOST), 0);
    assert.deepEqual(await chained(db, tenant.organizationId), ["A", "B", "began first", "C"]);
    assert.deepEqual(await brokenLinks(db), []);
  }, { version });

  onPostgres("many writers and many sealers at once: none skipped, none twice", async (db) => {
    const tenants = [await aPlanner(db), await aPlanner(db)];
    let writing = true;
    const writer = async (nth: number) => {
      for (let turn = 0; turn < 40; turn++) {
        const tenant = tenants[(nth + turn) % 2]!;
        await asTenant(db.app, tenant, async (tx) => {
          for (const part of [1, 2]) {
            await record(tx, [{ ...tenant, eventType: "EXPORT", pfaId: `${nth}.${turn}.${part}` }]);
            // A round of sealing in the middle of the transaction, whatever the others do.
            if ((nth + turn) % 5 === 0) await sealEntries(db.worker, 7);
          }
          if (turn % 7 === 0) throw new Error("rolled back");
        }).catch((error) => assert.equal(error.message, "rolled back"));
      }
    };
    const sealer = async () => {
      // 7 at a time, so that rounds end in the middle of a transaction
      while (writing || await sealEntries(db.worker, 7) > 0) await sealEntries(db.worker, 7);
    };
    const sealers = [sealer(), sealer(), sealer()];
    await Promise.all(Array.from({ length: 8 }, (_, nth) => writer(nth)));
    writing = false;
    await Promise.all(sealers);
    while (await sealEntries(db.worker, MOST) > 0);

    const [left] = await db.owner`
      select count(*)::int as entries, count(s.entry_id)::int as sealed
      from audit_entry e left join audit_seal s on s.entry_id = e.id`;
    assert.deepEqual({ ...left }, { entries: 8 * 34 * 2, sealed: 8 * 34 * 2 });
    for (const { organizationId } of tenants) await chained(db, organizationId);
    assert.deepEqual(await brokenLinks(db), []);
  }, { version });
}

onPostgres("an idle round reads a few pages, however long the trail", async (db) => {
  const tenant = await aPlanner(db);
  await db.owner`
    insert into audit_entry (organization_id, event_type)
    select ${tenant.organizationId}, 'EXPORT' from generate_series(1, 20000)`;
  assert.equal(await sealEntries(db.worker, 20_000), 20_000);
  // A transaction of another test's, on the same server, holds the horizon back until it ends.
  const passed = async () => {
    await sealEntries(db.worker, 1);
    const [row] = await db.owner`
      select (select xid from audit_horizon) > (select max(xid) from audit_entry) as passed`;
    return row!["passed"];
  };
  while (!await passed());
  await db.owner`vacuum analyze audit_entry, audit_seal`;
  const row = await db.owner.begin(async (tx) => {
    // the first call of a session reads the catalog as well
    await tx`select seal_entries(1000)`;
    const [row] = await tx`
      explain (analyze, buffers, format json) select seal_entries(1000)`;
    return row!;
  });
  const { Plan: plan } = row["QUERY PLAN"][0];
  const pages = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"];
  // One that looked at each entry again would read three pages and more for each of them.
  assert.ok(pages < 200, `${pages} pages`);
});

onEach("a trail restored on a server that has counted less is sealed to its end", async (db) => {
  const tenant = await aPlanner(db);
  await told(db.worker, tenant, "A");
  await sealEntries(db.worker, MOST);
  await told(db.worker, tenant, "B");
  // As it is after a restore: transactions of a server that was far ahead.
  await db.owner.begin(async (tx) => {
    await tx`alter table audit_entry disable trigger user`;
    await tx`update audit_entry set xid = '9000000000' where pfa_id = 'B'`;
    await tx`update audit_horizon set xid = '8000000000'`;
    await tx`alter table audit_entry enable trigger user`;
  });
  assert.equal(await sealEntries(db.worker, 1), 1);
  await told(db.worker, tenant, "C");
  await sealEntries(db.worker, MOST);
  await told(db.worker, tenant, "D");
  await sealEntries(db.worker, MOST);
  assert.deepEqual(await chained(db, tenant.organizationId), ["A", "B", "C", "D"]);
}, everywhere);

onEach("nobody but the sealer seals, and no seal is ever changed", async (db) => {
  const tenant = await aPlanner(db);
  await told(db.worker, tenant, "A");
  await sealEntries(db.worker, MOST);
  const seal = "insert into audit_seal values (null, 1, 99, now(), '', '')";
  const refused = { code: "42501" };
  for (const sql of [db.app, db.worker, db.auth]) {
    await assert.rejects(async () => await sql.unsafe(seal), refused);
    await assert.rejects(async () => await sql.unsafe("update audit_chain set nth = 0"), refused);
  }
  for (const sql of [db.app, db.auth]) await assert.rejects(sealEntries(sql, MOST), refused);
  for (const text of ["update audit_seal set nth = 2", "delete from audit_seal"]) {
    await assert.rejects(async () => await db.owner.unsafe(text), refused, text);
  }
  for (const forged of ["xid) values ('EXPORT', '1')", "at) values ('EXPORT', now())"]) {
    const text = `insert into audit_entry (event_type, ${forged}`;
    for (const sql of [db.worker, db.auth]) {
      await assert.rejects(async () => await sql.unsafe(text), refused, text);
    }
  }
}, everywhere);
