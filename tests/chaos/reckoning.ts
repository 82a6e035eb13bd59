/** The reckoning: PEMS's ledger against our tables, once everything is over. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { examine } from "../../db/invariants.ts";
import { type Database, openDatabase } from "../../db/sql.ts";
import { type Delta, entries, sameValue } from "../../domain/delta.ts";
import type { FieldName, Pfa } from "../../domain/pfa.ts";
import { generateRecords } from "../../pems/generator.ts";
import type { ExecutedChange, StoredRecord } from "../../pems/store.ts";
import { verifyTrail } from "../../ops/admin/verify.ts";
import { agree, recordAt } from "../engine_agreement.ts";
import type { Installation } from "./installation.ts";

export interface Books {
  readonly db: Database;
  readonly origin: ReadonlyArray<StoredRecord>;
  readonly changes: ReadonlyArray<ExecutedChange>;
}

/** Both ledgers as they stand, closed afterwards. */
export async function withBooks<A>(
  { pems, postgres }: Pick<Installation, "pems"> & { readonly postgres: { readonly url: string } },
  work: (books: Books) => Promise<A>,
): Promise<A> {
  const { changes } = await (await fetch(`${pems}/sandbox/ledger`)).json();
  const db = await openDatabase({ url: postgres.url });
  try {
    return await work({ db, origin: generateRecords(), changes });
  } finally {
    await db.close();
  }
}

/** Every modification that the product said it had queued is in exactly one end state; none is there besides. */
export async function allEnded({ db }: Books, committed: ReadonlyArray<string>): Promise<void> {
  const rows = await db.owner<Array<{ id: string; sync_status: string }>>`
    select id, sync_status from pfa_modification where origin = 'edit'`;
  deepEqual(rows.map(({ id }) => id).sort(), [...committed].sort());
  deepEqual(
    rows.filter(({ sync_status }) => sync_status !== "synced" && sync_status !== "discarded"),
    [],
  );
}

/** What is synced is in PEMS once, as the mirror, the history, the attempts and the trail tell it. */
export const oneStory = ({ db, origin, changes }: Books): Promise<void> =>
  agree({ db, origin, sandbox: { store: { ledger: () => Promise.resolve(changes) } } });

/** No write of ours took the place of a value that its planner had not seen. */
export async function nothingUnseenOverwritten({ db, origin, changes }: Books): Promise<void> {
  const writes = new Map(
    (await db.owner<Array<{ id: string; delta: Delta }>>`select id, delta from pems_write`)
      .map(({ id, delta }) => [id, delta]),
  );
  let checked = 0;
  for (const { idempotencyKey, pfaId, version } of changes) {
    if (idempotencyKey === null) continue;
    const before = recordAt({ origin }, changes, { pfaId, version: version - 1 });
    for (const [name, { from, to }] of entries(writes.get(idempotencyKey)!)) {
      checked++;
      ok(
        sameValue(name, before[name], from) || sameValue(name, before[name], to),
        `${name} of ${pfaId} was ${before[name]} before version ${version}, and ${from} was seen`,
      );
    }
  }
  ok(checked > 0);
}

interface Conflict {
  readonly pfa_id: string;
  readonly kind: string;
  readonly conflict_fields: FieldName[];
  readonly base_data: Partial<Pfa>;
  readonly authors: string[];
}

/**
 * Each conflict has its reason: somebody else, in PEMS or a planner whose value the author had not seen, changed one
 * of its fields, or it stood on a value that never came to PEMS. One about an unknown outcome needs somebody else's change too, which is what hides the answer.
 */
export async function noFalseConflict({ db, origin, changes }: Books): Promise<void> {
  const conflicts = await db.owner<Conflict[]>`
    select *, array(select u.email from pfa_modification m join app_user u on u.id = m.user_id
      where m.id = any(modification_ids)) as authors
    from pfa_sync_conflict`;
  for (const { pfa_id, kind, conflict_fields, base_data, authors } of conflicts) {
    const history = changes.filter(({ pfaId }) => pfaId === pfa_id);
    const others = history.filter(({ modifiedBy }) => !authors.includes(modifiedBy));
    const touched = others.some((change) =>
      kind === "outcome_unknown" || conflict_fields.some((name) => name in change.changes)
    );
    const first = origin.find(({ pfaId }) => pfaId === pfa_id)!.record;
    const unfounded = conflict_fields.some((name) =>
      ![first, ...history.map((change) => change.changes)].some((values) =>
        name in values && sameValue(name, (values as Partial<Pfa>)[name], base_data[name])
      )
    );
    ok(touched || unfounded, `the conflict of ${pfa_id} on ${conflict_fields} has a reason`);
  }
}

/** Every invariant of the live database holds. */
export async function doctorFindsNothing({ db }: Books): Promise<void> {
  deepEqual((await examine(db.owner)).filter(({ broken }) => broken > 0), []);
}

/** Every chain of the trail holds from its first link to its last. */
export async function trailIsWhole({ db }: Books): Promise<void> {
  const verdicts = await verifyTrail(db.owner, { progress: () => {} });
  ok(verdicts.some(({ sealed }) => sealed > 10_000));
  deepEqual(verdicts.filter(({ fault }) => fault !== undefined), []);
}

/** What became of everything, for the reader. */
export async function summary({ db, changes }: Books): Promise<string> {
  const [row] = await db.owner`
    select (select count(*) from pfa_modification) as modifications,
      (select count(*) from pfa_modification where sync_status = 'synced') as synced,
      (select count(*) from pems_write) as writes,
      (select sum(sends) from pems_write) as sends,
      (select count(*) from pems_write where unknown) as unknown,
      (select count(*) from pfa_sync_conflict) as conflicts,
      (select count(*) from pfa_sync_conflict where kind = 'outcome_unknown') as undecidable,
      (select count(distinct modification_id) from audit_entry where event_type = 'DEAD_LETTER') as dead,
      (select count(*) from audit_entry where event_type = 'CIRCUIT_OPEN') as opened,
      (select max(rate_limit_hits) from pems_connection) as hits`;
  const ours = changes.filter(({ idempotencyKey }) => idempotencyKey !== null).length;
  equal(Number(row!.writes) > 0, true);
  return `${row!.modifications} modifications, ${row!.synced} synced, in ${
    row!.writes
  } writes sent ` +
    `${row!.sends} times (${
      row!.unknown
    } of them of unknown outcome); PEMS executed ${ours} of ours and ` +
    `${changes.length - ours} of others; ${row!.conflicts} conflicts (${
      row!.undecidable
    } undecidable), ` +
    `${row!.dead} dead letters, the circuit opened ${row!.opened} times, ${row!.hits} answers 429`;
}
