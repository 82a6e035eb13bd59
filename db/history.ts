/** The versions of a record that the mirror has seen. */
import type { Remote } from "../domain/outcome.ts";
import { remoteOf } from "./mirror.ts";
import type { Tx } from "./sql.ts";

export interface KnownVersion extends Remote {
  /** How we learnt of it: `read_sync`, `write` or `read_back`. */
  readonly origin: string;
}

/** Newest first, the current one included; empty when there is no such record. */
export async function listVersions(
  tx: Tx,
  pfaId: string,
  { before, limit }: { readonly before: number | null; readonly limit: number },
): Promise<ReadonlyArray<KnownVersion>> {
  const rows = await tx<Array<{ record: { readonly [column: string]: unknown } }>>`
    select record from (
      select version, to_jsonb(m) as record, now() as known from pfa_mirror m
      where organization_id = current_organization() and pfa_id = ${pfaId}
      union all
      select version, record, replaced_at from pfa_mirror_history
      where organization_id = current_organization() and pfa_id = ${pfaId}
    ) v
    where ${before}::int is null or version < ${before}::int
    order by version desc, known desc
    limit ${limit}`;
  return rows.map(({ record }) => ({ ...remoteOf(record), origin: String(record["origin"]) }));
}
