/** The invariants that the database must keep whatever happens, each looked at live. */
import { crossing, miscounted, misplaced, unbalanced, unblocked, unowned } from "./accounting.ts";
import type { Sql, Tenant, Tx } from "./sql.ts";

export interface Violation {
  /** Of a modification, write, conflict or record; the code of an organization. */
  readonly id: string;
  readonly what: string;
}

export interface Finding {
  readonly invariant: string;
  /** How often it is broken. */
  readonly broken: number;
  /** The first of them. */
  readonly violations: ReadonlyArray<Violation>;
}

const MOST = 20;

/** A query that yields `id` and `what` for each violation. */
type Query = typeof unbalanced;

/** Modifications whose way is not told in the trail, as far as its months are kept. */
const untold: Query = (tx) =>
  tx`
    with told as (
      select modification_id, array_agg(distinct event_type) as events
      from audit_entry where modification_id is not null
      group by modification_id
    ), needed (sync_status, one_of) as (
      values ('synced', '{WRITE_RESULT,WRITE_SETTLED}'::text[]), ('failed', '{DEAD_LETTER}'),
        ('conflict', '{CONFLICT_DETECTED}'), ('discarded', '{DISCARD,CONFLICT_RESOLVED,ROLLBACK}')
    )
    select m.id::text as id, format('modification of %s is %s, without %s', m.pfa_id, m.sync_status,
      case when 'COMMIT' = any(t.events) then array_to_string(n.one_of, ' or ') else 'COMMIT' end) as what
    from pfa_modification m
    left join told t on t.modification_id = m.id
    left join needed n on n.sync_status = m.sync_status
    where m.committed_nth is not null and m.committed_at >= (select audit_kept_since())
      and not coalesce('COMMIT' = any(t.events) and (n.one_of is null or t.events && n.one_of), false)`;

/** Writes that were sent without a word before. */
const unannounced: Query = (tx) =>
  tx`
    select w.id::text as id, format('write of %s was sent %s times, announced %s', w.pfa_id, w.sends,
      coalesce(a.sends, 0)) as what
    from pems_write w left join (
      select write_id, count(distinct details -> 'send') as sends from audit_entry
      where event_type = 'WRITE_ATTEMPT'
      group by write_id
    ) a on a.write_id = w.id
    where w.created_at >= (select audit_kept_since()) and w.sends <> coalesce(a.sends, 0)`;

/** Records whose versions did not only rise. */
const fallen: Query = (tx) =>
  tx`
    select pfa_id as id, format('version %s came after %s', version, before) as what
    from (
      select pfa_id, version, origin, lag(version) over (
        partition by organization_id, pfa_id order by replaced_at, version) as before
      from (
        select organization_id, pfa_id, version, replaced_at, record ->> 'origin' as origin
        from pfa_mirror_history
        union all
        select organization_id, pfa_id, version, 'infinity', origin from pfa_mirror
      ) known
    ) steps
    where version <= before and origin <> 'restored'`;

/** Synced modifications that no version of PEMS can be shown for. */
const unversioned: Query = (tx) =>
  tx`
    select m.id::text as id, format('modification of %s is synced at version %s, the mirror at %s',
      m.pfa_id, coalesce(m.pems_version::text, 'none'), coalesce(r.version::text, 'none')) as what
    from pfa_modification m left join pfa_mirror r
      on r.organization_id = m.organization_id and r.pfa_id = m.pfa_id
    where m.sync_status = 'synced' and not coalesce(m.pems_version <= r.version, false)
      -- a PEMS that was set back has forgotten it
      and not coalesce(r.origin = 'restored', false)`;

/** Chains whose last link is not what their own row and their newest entry say. */
const unchained: Query = (tx) =>
  tx`
    select coalesce(o.code, 'no organization') as id, format('the chain ends at link %s, its newest seal'
      ' is %s%s', c.nth, coalesce(s.nth::text, 'missing'),
      case when s.nth = c.nth then ' and does not fit' end) as what
    from audit_chain c
    left join organization o on o.id = c.organization_id
    left join lateral newest_seals(c.organization_id, 1) s on true
    left join lateral (
      select * from newest_seals(c.organization_id, 2) order by nth limit 1
    ) before on before.nth < s.nth
    left join lateral (
      select audit_digest(e) as digest from audit_entry e
      where e.at = s.entry_at and e.id = s.entry_id and (e.organization_id = c.organization_id
        or c.organization_id is null and e.organization_id is null)
      limit 1
    ) e on true
    where not coalesce(s.nth = c.nth and s.hash = c.hash
      and s.hash = audit_link(coalesce(before.hash, ''), s)
      and coalesce(e.digest = s.digest, s.entry_at < (select audit_kept_since())), false)`;

const INVARIANTS: ReadonlyArray<readonly [name: string, query: Query]> = [
  ["commits add up in every organization", unbalanced],
  ["every pending modification is queued once, in its state", misplaced],
  ["every lane holds what is queued for its record", miscounted],
  ["one lane, one write", crossing],
  ["every lease has an owner", unowned],
  ["open conflicts block their lanes, and nothing else does", unblocked],
  ["every transition is audited", untold],
  ["every send is audited", unannounced],
  ["versions of the mirror never fell", fallen],
  ["what is synced has PEMS's version", unversioned],
  ["every audit chain ends where it says", unchained],
];

/** Looks at all of them as of one moment, changing nothing. */
export const examine = (owner: Sql): Promise<ReadonlyArray<Finding>> =>
  owner.begin("isolation level repeatable read read only", findings) as Promise<
    ReadonlyArray<Finding>
  >;

/** Looks at all of them as the transaction sees them. */
export async function findings(tx: Tx): Promise<ReadonlyArray<Finding>> {
  const found: Finding[] = [];
  for (const one of INVARIANTS) found.push(await look(tx, one));
  return found;
}

async function look(tx: Tx, [invariant, query]: typeof INVARIANTS[number]): Promise<Finding> {
  const rows = await tx<Array<Violation & { readonly broken: number }>>`
    select id, what, count(*) over ()::int as broken from (${query(tx)}) violation
    order by id limit ${MOST}`;
  const violations = rows.map(({ id, what }) => ({ id, what }));
  return { invariant, broken: rows[0]?.broken ?? 0, violations };
}

export interface Checked extends Omit<Finding, "broken"> {
  /** Null: it could not be looked at to the end in the time there was. */
  readonly broken: number | null;
}

/** What Postgres says when a statement took too long. */
const TOO_LONG = "57014";

/**
 * Looks at all of them in one organization: its rows are all that the tenant sees.
 * @param patienceMs for each of them
 */
export const examineTenant = (
  app: Sql,
  { organizationId, userId }: Tenant,
  patienceMs: number,
): Promise<ReadonlyArray<Checked>> =>
  app.begin("isolation level repeatable read read only", async (tx) => {
    await tx`
      select set_config('app.organization_id', ${organizationId}, true),
        set_config('app.user_id', ${userId}, true),
        set_config('statement_timeout', ${String(patienceMs)}, true)`;
    const found: Checked[] = [];
    for (const one of INVARIANTS) {
      found.push(
        await tx.savepoint((inner) => look(inner, one)).catch((cause) => {
          if (cause?.code !== TOO_LONG) throw cause;
          return { invariant: one[0], broken: null, violations: [] };
        }),
      );
    }
    return found;
  }) as Promise<ReadonlyArray<Checked>>;
