/** The mirror: PEMS's records as we know them, moved only forward. */
import type { Remote } from "../domain/outcome.ts";
import { FIELD_NAMES, type FieldName, type Pfa, readRecord } from "../domain/pfa.ts";
import { json, type Runner } from "./sql.ts";

/** How we learnt of a version; `restored`: PEMS was set back, and we with it. */
export type Origin = "read_sync" | "write" | "read_back" | "restored";

export interface MirrorRow {
  readonly organizationId: string;
  readonly pfaId: string;
  readonly remote: Remote;
  readonly origin: Origin;
}

const COLUMNS = FIELD_NAMES.map((name) =>
  [name, name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)] as const
);

/** The mirror column of a field. */
export const columnOf = (name: FieldName): string => COLUMNS.find(([field]) => field === name)![1];

/**
 * Applies the rows; a version that is not newer changes nothing, unless PEMS's state is adopted as it is.
 * @returns the ids of the records that moved
 */
export async function applyMirror(
  sql: Runner,
  rows: ReadonlyArray<MirrorRow>,
  { adopt = false }: { readonly adopt?: boolean } = {},
): Promise<ReadonlyArray<string>> {
  if (rows.length === 0) return [];
  const moved = await sql<Array<{ pfa_id: string }>>`
    select pfa_id from apply_mirror(${json(rows.map(columns))}::text::jsonb, ${adopt})`;
  return moved.map((row) => row.pfa_id);
}

/** A row as the mirror's columns. */
export const columns = ({ organizationId, pfaId, remote, origin }: MirrorRow) => ({
  organization_id: organizationId,
  pfa_id: pfaId,
  version: remote.version,
  updated_at: remote.updatedAt,
  modified_by: remote.modifiedBy,
  change_reason: remote.changeReason,
  origin,
  ...Object.fromEntries(COLUMNS.map(([field, column]) => [column, remote.record[field]])),
});

/** A mirror row as JSON (`to_jsonb`) back as what PEMS told. */
export function remoteOf(row: { readonly [column: string]: unknown }): Remote {
  const reading = readRecord(
    Object.fromEntries(COLUMNS.map(([field, column]) => [field, row[column]])),
  );
  if ("messages" in reading) {
    throw new Error(`Cannot read mirror row ${row["pfa_id"]}: ${reading.messages.join("; ")}`);
  }
  return {
    version: row["version"] as number,
    record: reading.record satisfies Pfa,
    updatedAt: row["updated_at"] as string,
    modifiedBy: row["modified_by"] as string | null,
    changeReason: row["change_reason"] as string | null,
  };
}
