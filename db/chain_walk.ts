/** The chains of the audit trail as they are walked to be verified, by keyset pages. */
import type { Head, Link, Trace } from "../domain/chain.ts";
import type { Runner } from "./sql.ts";

export interface Chain {
  /** Null: the chain of entries of no organization. */
  readonly organizationId: string | null;
  readonly code: string | null;
  /** As the chain's own row tells it. */
  readonly head: Head;
  /** Of the newest seal. */
  readonly last: Head;
  /** Entries of older transactions have all been sealed. */
  readonly horizon: string;
}

interface ChainRow {
  readonly organizationId: string | null;
  readonly code: string | null;
  readonly headNth: string;
  readonly headHash: string;
  readonly lastNth: string;
  readonly lastHash: string;
  readonly horizon: string;
}

/**
 * Every organization's chain by code, and that of entries of no organization, as of one moment.
 * @param code only this organization's
 */
export async function listChains(sql: Runner, code?: string): Promise<ReadonlyArray<Chain>> {
  const rows = await sql<ChainRow[]>`
    select o.id as "organizationId", o.code, coalesce(c.nth, 0)::text as "headNth",
      coalesce(encode(c.hash, 'hex'), '') as "headHash", coalesce(s.nth, 0)::text as "lastNth",
      coalesce(encode(s.hash, 'hex'), '') as "lastHash",
      -- restored from a server that had counted further: nothing is known to be sealed
      coalesce((select xid from audit_horizon
        where xid <= pg_snapshot_xmax(pg_current_snapshot())), '0')::text as horizon
    from (select id, code from organization union all select null, null) o
    left join audit_chain c on c.organization_id is not distinct from o.id
    left join lateral newest_seals(o.id, 1) s on true
    where ${code ?? null}::text is null or o.code = ${code ?? null}::text
    order by o.code`;
  return rows.map((row) => ({
    organizationId: row.organizationId,
    code: row.code,
    head: { nth: Number(row.headNth), hash: row.headHash },
    last: { nth: Number(row.lastNth), hash: row.lastHash },
    horizon: row.horizon,
  }));
}

const ofChain = (sql: Runner, organizationId: string | null) =>
  organizationId === null ? sql`organization_id is null` : sql`organization_id = ${organizationId}`;

/** The links after this one, up to the head. */
export async function readLinks(
  sql: Runner,
  chain: Chain,
  { after, limit }: { readonly after: Head; readonly limit: number },
): Promise<ReadonlyArray<Link>> {
  const mine = ofChain(sql, chain.organizationId);
  const rows = await sql<Array<Omit<Link, "nth"> & { readonly nth: string }>>`
    with page as materialized (
      select s as seal, s.* from audit_seal s
      where ${mine} and nth > ${after.nth} and nth <= ${chain.head.nth}
      order by nth
      limit ${limit}
    )
    select p.nth::text, p.entry_id::text as "entryId", encode(p.digest, 'hex') as digest,
      encode(p.hash, 'hex') as hash, encode(e.digest, 'hex') as "foundDigest",
      encode(audit_link(coalesce(lag(p.hash) over (order by p.nth), decode(${after.hash}, 'hex')),
        p.seal), 'hex') as "foundHash",
      -- in a select of its own: asked once, not for each link
      coalesce(p.entry_at < (select audit_kept_since()), false) as expired
    from page p
    -- limit 1 keeps it a lookup for each link
    left join lateral (
      select audit_digest(x) as digest from audit_entry x
      where ${mine} and x.at = p.entry_at and x.id = p.entry_id
      limit 1
    ) e on true
    order by p.nth`;
  return rows.map((row) => ({ ...row, nth: Number(row.nth) }));
}

/** Where a page of entries ended. */
export interface Mark {
  readonly moment: string;
  readonly id: string;
}

export interface EntryPage {
  readonly entries: number;
  readonly unsealed: number;
  /** An entry that should have been sealed long ago. */
  readonly stray: string | null;
  readonly end: Mark | undefined;
}

export const FIRST: Mark = { moment: "-infinity", id: "0" };

/** The chain's entries after the mark, in the order of their times, counted. */
export async function readEntries(
  sql: Runner,
  chain: Chain,
  { after, limit }: { readonly after: Mark; readonly limit: number },
): Promise<EntryPage> {
  const [row] = await sql<[Omit<EntryPage, "end"> & { moment: string | null; id: string }]>`
    select count(*)::int as entries, count(*) filter (where not sealed)::int as unsealed,
      (array_agg(id::text order by at, id)
        filter (where not sealed and xid < ${chain.horizon}::text::xid8))[1] as stray,
      (array_agg(at::text order by at desc, id desc))[1] as moment,
      (array_agg(id::text order by at desc, id desc))[1] as id
    from (
      select id, at, xid, exists (select from audit_seal s where s.entry_id = e.id) as sealed
      from audit_entry e
      where ${ofChain(sql, chain.organizationId)}
        and (at, id) > (${after.moment}::text::timestamptz, ${after.id}::text::bigint)
      order by at, id
      limit ${limit}
    ) page`;
  const { moment, id, ...counts } = row;
  return { ...counts, end: moment === null ? undefined : { moment, id } };
}

/** Looks for a faulty link's entry, and for what stands in its place, in the whole trail. */
export async function traceEntry(sql: Runner, entryId: string): Promise<Trace> {
  const [row] = await sql<[Trace]>`
    select exists (select from audit_entry where id = ${entryId}) as exists,
      exists (
        select from audit_entry e join audit_seal s on s.digest = audit_digest(e)
        where e.id = ${entryId} and s.entry_id <> e.id) as "sealedElsewhere"`;
  return row;
}
