/** Where the sandbox PEMS keeps its records and what it did to them; in memory, or in a database (sandbox_store.ts). */
import type { Edits } from "../domain/delta.ts";
import type { Pfa } from "../domain/pfa.ts";

export interface RecordKey {
  readonly organizationCode: string;
  readonly pfaId: string;
}

export interface StoredRecord extends RecordKey {
  readonly version: number;
  /** ISO instant with three decimals, so that text order is time order. */
  readonly updatedAt: string;
  readonly modifiedBy: string | null;
  readonly changeReason: string | null;
  readonly record: Pfa;
}

/** A change that may stand by the rules; whether it is executed is decided by version and key in one step. */
export interface ProposedChange extends RecordKey {
  /** The version the record must have. */
  readonly version: number;
  readonly changes: Edits;
  readonly modifiedBy: string;
  readonly changeReason: string | null;
  readonly idempotencyKey: string | null;
  /** Hash of the request; the same key with other content is an error of the caller. */
  readonly content: string | null;
  /** Not executed when an earlier change had the same key. */
  readonly oncePerKey: boolean;
}

export interface ExecutedChange extends RecordKey {
  /** The version it made. */
  readonly version: number;
  readonly changes: Edits;
  readonly modifiedBy: string;
  readonly changeReason: string | null;
  readonly idempotencyKey: string | null;
  readonly content: string | null;
  readonly at: string;
}

export interface PageRequest {
  readonly organizationCode: string;
  /** ISO instant with three decimals, inclusive. */
  readonly updatedSince: string | undefined;
  /** The last record of the page before. */
  readonly after: { readonly updatedAt: string; readonly pfaId: string } | undefined;
  readonly limit: number;
}

export interface SandboxStore {
  /** Without an organization: the first one that has a record of this id. */
  readonly find: (pfaId: string, organizationCode?: string) => Promise<StoredRecord | undefined>;
  /** Ordered by `updatedAt`, then `pfaId` by code units. */
  readonly page: (request: PageRequest) => Promise<ReadonlyArray<StoredRecord>>;
  /** Executes the change in one atomic step; undefined when version or key forbid it. */
  readonly change: (change: ProposedChange) => Promise<ExecutedChange | undefined>;
  readonly changeByKey: (idempotencyKey: string) => Promise<ExecutedChange | undefined>;
  /** The changes of one record that made versions later than `version`, oldest first. */
  readonly changesAfter: (
    key: RecordKey,
    version: number,
  ) => Promise<ReadonlyArray<ExecutedChange>>;
  /** Every change from the ISO instant on, in the order of execution. */
  readonly ledger: (since: string) => Promise<ReadonlyArray<ExecutedChange>>;
  /** Adds records; those already there stay as they are. */
  readonly insert: (records: ReadonlyArray<StoredRecord>) => Promise<void>;
  readonly count: () => Promise<number>;
}

/**
 * A store that lives as long as the process.
 * @param now epoch ms, for `updatedAt`
 */
export function memoryStore(now: () => number = Date.now): SandboxStore {
  const records = new Map<string, StoredRecord>();
  const executed: ExecutedChange[] = [];
  const byKey = new Map<string, ExecutedChange>();
  const keyOf = ({ organizationCode, pfaId }: RecordKey) => `${organizationCode}\n${pfaId}`;

  function execute(change: ProposedChange): ExecutedChange | undefined {
    const { idempotencyKey, oncePerKey, version: expected, ...rest } = change;
    const stored = records.get(keyOf(change));
    if (stored === undefined || stored.version !== expected) return undefined;
    if (oncePerKey && idempotencyKey !== null && byKey.has(idempotencyKey)) return undefined;
    const at = new Date(now()).toISOString();
    const version = expected + 1;
    const { modifiedBy, changeReason } = change;
    const record = { ...stored.record, ...change.changes } as Pfa;
    records.set(keyOf(change), {
      ...stored,
      record,
      version,
      updatedAt: at,
      modifiedBy,
      changeReason,
    });
    const done: ExecutedChange = { ...rest, idempotencyKey, version, at };
    executed.push(done);
    if (idempotencyKey !== null && !byKey.has(idempotencyKey)) byKey.set(idempotencyKey, done);
    return done;
  }

  return {
    find: (pfaId, organizationCode) =>
      Promise.resolve(
        organizationCode === undefined
          ? [...records.values()].find((stored) => stored.pfaId === pfaId)
          : records.get(keyOf({ organizationCode, pfaId })),
      ),
    page: (request) => Promise.resolve(pageOf([...records.values()], request)),
    change: (change) => Promise.resolve(execute(change)),
    changeByKey: (key) => Promise.resolve(byKey.get(key)),
    changesAfter: (key, version) =>
      Promise.resolve(
        executed.filter((change) => keyOf(change) === keyOf(key) && change.version > version),
      ),
    ledger: (since) => Promise.resolve(executed.filter(({ at }) => at >= since)),
    insert: (added) => {
      for (const stored of added) {
        if (!records.has(keyOf(stored))) records.set(keyOf(stored), stored);
      }
      return Promise.resolve();
    },
    count: () => Promise.resolve(records.size),
  };
}

function pageOf(records: ReadonlyArray<StoredRecord>, request: PageRequest): StoredRecord[] {
  const { organizationCode, updatedSince = "", after, limit } = request;
  const isLater = (a: { updatedAt: string; pfaId: string }, b: typeof a) =>
    a.updatedAt === b.updatedAt ? a.pfaId > b.pfaId : a.updatedAt > b.updatedAt;
  return records
    .filter((stored) => stored.organizationCode === organizationCode)
    .filter((stored) => stored.updatedAt >= updatedSince)
    .filter((stored) => after === undefined || isLater(stored, after))
    .sort((a, b) => isLater(a, b) ? 1 : -1)
    .slice(0, limit);
}
