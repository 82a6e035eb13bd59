/** Rows of records as the driver reads them, turned into the domain's words. */
import { FIELD_NAMES, type FieldName, type Pfa, readRecord } from "../domain/pfa.ts";
import type { SyncState, ViewStatus } from "../domain/status.ts";
import { columnOf } from "./mirror.ts";

export interface ViewedRecord {
  readonly pfaId: string;
  readonly version: number;
  readonly record: Pfa;
  /** What PEMS has, where that differs from what is seen. */
  readonly mirror: Pfa | undefined;
  readonly sync: SyncState;
  /** The value sorted by, as a cursor keeps it. */
  readonly key: string | null;
}

export interface SyncRow {
  readonly modification_id: string | null;
  readonly job_id: string | null;
  readonly status: ViewStatus | null;
  readonly queued_at: Date | null;
  readonly synced_at: Date | null;
  readonly attempt: number | null;
  readonly next_attempt_at: Date | null;
  readonly error: string | null;
  readonly conflict_id: string | null;
  readonly waiting_for: string | null;
  readonly stale: boolean | null;
}
export type Columns = { readonly [column: string]: unknown };
export type Row = SyncRow & Columns & {
  readonly pfa_id: string;
  readonly version: number;
  readonly mirror: Columns | null;
  readonly sort_key: string | null;
};

const COLUMNS = FIELD_NAMES.map((name) => [name, columnOf(name)] as const);

/** A row with the mirror's columns, as the driver reads them: money and dates are text in normal form already. */
export const pfaOf = (row: Columns): Pfa =>
  Object.fromEntries(
    COLUMNS.map(([name, column]) => [name, row[column] ?? null]),
  ) as unknown as Pfa;

/** The same from `to_jsonb`, where money is a number. */
export function pfaOfJson(row: Columns): Pfa {
  const reading = readRecord(
    Object.fromEntries(COLUMNS.map(([name, column]) => [name, row[column]])) as {
      [name in FieldName]: unknown;
    },
  );
  if ("record" in reading) return reading.record;
  throw new Error(`Cannot read record ${row["pfa_id"]}: ${reading.messages.join("; ")}`);
}

export const recordOf = (row: Row): ViewedRecord => ({
  pfaId: row.pfa_id,
  version: row.version,
  record: pfaOf(row),
  mirror: row.mirror === null ? undefined : pfaOfJson(row.mirror),
  sync: syncOf(row),
  key: row.sort_key,
});

/** What a badge tells; absent is not said. */
export function syncOf(row: SyncRow): SyncState {
  const told = {
    modificationId: row.modification_id,
    jobId: row.job_id,
    queuedAt: row.queued_at?.toISOString(),
    syncedAt: row.synced_at?.toISOString(),
    attempt: row.attempt || null,
    nextAttemptAt: row.next_attempt_at?.toISOString(),
    error: row.error,
    conflictId: row.conflict_id,
    waitingFor: row.waiting_for,
    stale: row.stale || null,
  };
  return {
    status: row.status ?? "clean",
    ...Object.fromEntries(Object.entries(told).filter(([, value]) => value != null)),
  };
}
