/** Agreement: what PEMS did and what our tables say of it are one story, whatever happened on the way. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { remoteOf } from "../db/mirror.ts";
import type { Delta } from "../domain/delta.ts";
import { entries, sameValue } from "../domain/delta.ts";
import { FIELD_NAMES, type Pfa } from "../domain/pfa.ts";
import type { Database } from "../db/sql.ts";
import type { ExecutedChange, StoredRecord } from "../pems/store.ts";

interface Write {
  readonly id: string;
  readonly pfa_id: string;
  readonly delta: Delta;
  readonly sends: number;
  readonly outcome: string | null;
  readonly attempts: number;
  readonly results: number;
  readonly carried: number;
  readonly announced: number;
  /** Fields of it that a policy gave up for PEMS's values. */
  readonly given_up: string[];
}

/** Both sides of the story. */
export interface Parties {
  readonly db: Pick<Database, "owner">;
  /** PEMS's own list of what it executed, its first records being these. */
  readonly sandbox: {
    readonly store: { ledger(since: string): Promise<ReadonlyArray<ExecutedChange>> };
  };
  readonly origin: ReadonlyArray<StoredRecord>;
}

/** Throws where they disagree; to be asked once nothing is on the wire. */
export async function agree(engine: Parties): Promise<void> {
  const { db: { owner }, sandbox } = engine;
  const ledger = await sandbox.store.ledger("");
  const writes = await owner<Write[]>`
    with tried as (
      select write_id, count(*)::int as attempts from pfa_write_attempt group by write_id
    ), told as (
      select write_id,
        count(distinct modification_id) filter (where event_type = 'WRITE_ATTEMPT')::int as carried,
        count(*) filter (where event_type = 'WRITE_RESULT')::int as results,
        count(*) filter (where event_type = 'WRITE_ATTEMPT')::int as announced
      from audit_entry where write_id is not null group by write_id
    ), lost as (
      select write_id, array_agg(field) as given_up
      from audit_entry, jsonb_object_keys(details -> 'lost' -> 'local') field
      where event_type = 'CONFLICT_RESOLVED' and write_id is not null group by write_id
    )
    select w.id, w.pfa_id, w.delta, w.sends, w.outcome, coalesce(attempts, 0) as attempts,
      coalesce(carried, 0) as carried, coalesce(results, 0) as results,
      coalesce(announced, 0) as announced, coalesce(given_up, '{}') as given_up
    from pems_write w left join tried on tried.write_id = w.id left join told on told.write_id = w.id
      left join lost on lost.write_id = w.id`;
  onceEach(ledger, writes);
  for (const write of writes) {
    const { carried, announced, sends, results, attempts } = write;
    ok(carried > 0, `write ${write.id} carries something`);
    equal(announced, sends * carried, `write ${write.id} is announced before each send`);
    equal(results, attempts * carried, `write ${write.id} tells each answer once per modification`);
    ok(attempts <= sends, `write ${write.id} has no more answers than sends`);
  }
  await modificationsAgree(engine, ledger, new Map(writes.map((write) => [write.id, write])));
  await mirrorAgrees(engine, ledger);
  await queueAgrees(engine);
}

/** PEMS executed nothing that we do not know of, and nothing twice. */
function onceEach(ledger: ReadonlyArray<ExecutedChange>, writes: ReadonlyArray<Write>) {
  const ours = ledger.flatMap(({ idempotencyKey }) => idempotencyKey ?? []);
  deepEqual([...new Set(ours)], ours, "PEMS executed no write twice");
  const known = new Set(writes.map(({ id }) => id));
  deepEqual(
    ours.filter((key) => !known.has(key)),
    [],
    "PEMS executed nothing that we did not freeze",
  );
}

async function modificationsAgree(
  engine: Parties,
  ledger: ReadonlyArray<ExecutedChange>,
  writes: ReadonlyMap<string, Write>,
) {
  const rows = await engine.db.owner<
    Array<{
      id: string;
      pfa_id: string;
      changes: Delta;
      sync_status: string;
      write_id: string | null;
      pems_version: number | null;
      events: string[];
    }>
  >`
    with told as (
      select modification_id, array_agg(event_type) as events
      from audit_entry where modification_id is not null group by modification_id
    )
    select m.*, coalesce(events, '{}') as events
    from pfa_modification m left join told on told.modification_id = m.id
    where sync_status <> 'draft'`;
  for (const { id, pfa_id, sync_status, write_id, pems_version, events } of rows) {
    ok(events.includes("COMMIT"), `${id} has its COMMIT`);
    const told = {
      conflict: "CONFLICT_DETECTED",
      failed: "DEAD_LETTER",
      discarded: "DISCARD",
    }[sync_status];
    if (told !== undefined) {
      ok(events.includes(told), `${id} is ${sync_status} and has its ${told}`);
    }
    if (sync_status !== "synced" || write_id === null) continue;
    const write = writes.get(write_id)!;
    equal(write.outcome, "Synced", `the write of ${id} is synced`);
    const then = recordAt(engine, ledger, { pfaId: pfa_id, version: pems_version! });
    for (const [name, { to }] of entries(write.delta)) {
      if (write.given_up.includes(name)) continue;
      ok(sameValue(name, then[name], to), `${name} of ${id} is in PEMS at version ${pems_version}`);
    }
  }
}

/** PEMS's record as it was at a version: the first one with the ledger's changes up to there. */
export function recordAt(
  { origin }: Pick<Parties, "origin">,
  ledger: ReadonlyArray<ExecutedChange>,
  { pfaId, version }: { readonly pfaId: string; readonly version: number },
): Pfa {
  const first = origin.find((stored) => stored.pfaId === pfaId)!;
  return ledger.filter((change) => change.pfaId === pfaId && change.version <= version)
    .reduce((record, { changes }) => ({ ...record, ...changes } as Pfa), first.record);
}

async function mirrorAgrees(engine: Parties, ledger: ReadonlyArray<ExecutedChange>) {
  const rows = await engine.db.owner`
    select m.pfa_id, to_jsonb(m) as row,
      coalesce((select array_agg(version order by replaced_at, version) from pfa_mirror_history h
        where h.organization_id = m.organization_id and h.pfa_id = m.pfa_id), '{}') as before
    from pfa_mirror m`;
  for (const { pfa_id: pfaId, row, before } of rows) {
    const { version, record } = remoteOf(row);
    const then = recordAt(engine, ledger, { pfaId, version });
    for (const name of FIELD_NAMES) {
      ok(
        sameValue(name, record[name], then[name]),
        `${pfaId} mirrors ${name} of version ${version}`,
      );
    }
    const versions = [...before, version];
    deepEqual(
      versions,
      [...new Set<number>(versions)].sort((a, b) => a - b),
      `${pfaId} never fell`,
    );
  }
}

/** A lane for what is pending and none besides, each modification in one queue. */
async function queueAgrees({ db: { owner } }: Parties) {
  const [lost] = await owner<[{ lanes: string[]; stray: string[] }]>`
    select array(
      select coalesce(l.pfa_id, q.pfa_id) from pfa_lane l full join (
        select organization_id, pfa_id, count(*)::int as items from pfa_write_queue group by 1, 2
      ) q using (organization_id, pfa_id)
      where l.pending is distinct from q.items) as lanes,
    array(
      select m.id from pfa_modification m where m.sync_status <> 'draft' and (
        (select count(*) from pfa_write_queue q where q.modification_id = m.id)
        + (select count(*) from pfa_write_done d where d.modification_id = m.id)) <> 1) as stray`;
  const decided = await owner`
    select
      array(select q.modification_id from pfa_write_queue q join pfa_modification m
        on m.id = q.modification_id
        where q.payload <> coalesce(m.standing, m.changes)) as payloads,
      array(select l.pfa_id from pfa_lane l cross join lateral (
        select status from pfa_write_queue q
        where q.organization_id = l.organization_id and q.pfa_id = l.pfa_id
        order by id limit 1) head
        where (l.state = 'blocked') <> (head.status in ('dead', 'conflict'))) as heads,
      array(select m.id from pfa_modification m where (m.sync_status = 'conflict') <> exists (
        select from pfa_sync_conflict c where c.status = 'unresolved'
          and m.id = any(c.modification_ids))) as disputed,
      array(select c.id from pfa_sync_conflict c, unnest(c.modification_ids) as one
        where (c.status <> 'unresolved') <> exists (
          select from audit_entry a where a.event_type = 'CONFLICT_RESOLVED'
            and a.modification_id = one and a.details ->> 'conflictId' = c.id::text)) as untold,
      array(select m.id from pfa_modification m join pfa_write_queue q on q.modification_id = m.id
        where q.status <> case m.sync_status when 'failed' then 'dead' else m.sync_status end)
        as states`;
  deepEqual({ ...decided[0] }, { payloads: [], heads: [], disputed: [], untold: [], states: [] });
  deepEqual(lost.lanes, [], "lanes and queue agree");
  deepEqual(lost.stray, [], "each modification is in one queue once");
}
