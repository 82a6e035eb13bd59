/** An organization's chain as its administrators verify it: the walk under way, and what the last whole one found. */
import type { Walk } from "./chain_verify.ts";
import { json, type Tx } from "./sql.ts";

/** What a whole walk found. */
export interface Verdict {
  readonly begunAt: string;
  /** Links from the first on that are as they were sealed. */
  readonly intact: number;
  readonly links: number;
  /** The time of the last of these links; null: there was none. */
  readonly through: string | null;
  readonly expired: number;
  readonly unsealed: number;
  readonly fault: Walk["fault"];
}

export interface Verification {
  /** With the time up to which the chain was sealed when the walk began. */
  readonly walk: (Walk & { readonly through: string | null }) | null;
  readonly begunAt: Date | null;
  readonly verdict: Verdict | null;
  readonly verifiedAt: Date | null;
  readonly verifiedBy: string | null;
}

const NONE: Verification = {
  walk: null,
  begunAt: null,
  verdict: null,
  verifiedAt: null,
  verifiedBy: null,
};

/** How the verification of the transaction's organization stands. */
export async function readVerification(tx: Tx): Promise<Verification> {
  const [row] = await tx<Verification[]>`
    select v.walk, v.begun_at as "begunAt", v.verdict, v.verified_at as "verifiedAt",
      u.display_name as "verifiedBy"
    from audit_verification v left join app_user u on u.id = v.verified_by
    where v.organization_id = current_organization()`;
  return row ?? NONE;
}

/**
 * The walk that is under way and not older than an hour, locked, or null where none is.
 * @returns undefined while another holds it: whoever waited would keep a connection from others
 */
export async function lockWalk(tx: Tx): Promise<Verification["walk"] | undefined> {
  await tx`
    insert into audit_verification (organization_id) values (current_organization())
    on conflict do nothing`;
  const [row] = await tx<Array<{ walk: Verification["walk"] }>>`
    select case when begun_at > now() - interval '1 hour' then walk end as walk
    from audit_verification where organization_id = current_organization() for update skip locked`;
  return row?.walk;
}

/** Keeps how far the walk has come. */
export const keepWalk = (tx: Tx, walk: NonNullable<Verification["walk"]>, begins: boolean) =>
  tx`
    update audit_verification
    set walk = ${
    json(walk)
  }::text::jsonb, begun_at = case when ${begins} then now() else begun_at end
    where organization_id = current_organization()`;

/** Keeps what the walk found, in the place of what was found before. */
export const keepVerdict = (tx: Tx, userId: string, verdict: Omit<Verdict, "begunAt">) =>
  tx`
    update audit_verification
    set verdict = ${json(verdict)}::text::jsonb
        || jsonb_build_object('begunAt', coalesce(begun_at, now())),
      verified_at = clock_timestamp(), verified_by = ${userId}, walk = null, begun_at = null
    where organization_id = current_organization()`;
