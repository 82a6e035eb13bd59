/** How the sandbox PEMS executes a write: key, version, rules, then one atomic change. */
import type { Edits } from "../domain/delta.ts";
import { FIELDS, isFieldName, type Pfa, readValue } from "../domain/pfa.ts";
import { brokenRules } from "../domain/rules.ts";
import type { WriteAnswer } from "./contract.ts";
import type { ExecutedChange, RecordKey, SandboxStore, StoredRecord } from "./store.ts";

/** A write as it came in, its shape already read. */
export interface ReceivedWrite extends RecordKey {
  readonly version: number;
  readonly changes: { readonly [field: string]: unknown };
  readonly modifiedBy: string;
  readonly changeReason: string | null;
  readonly idempotencyKey: string | null;
  readonly content: string | null;
}

export interface Verdict {
  readonly status: 200 | 404 | 409 | 422;
  readonly body: { readonly [name: string]: unknown };
}

/**
 * Executes a write or says why not.
 * @param honoursKeys false: an idempotency key means nothing, as a PEMS may have it
 */
export async function execute(
  store: SandboxStore,
  write: ReceivedWrite,
  honoursKeys: boolean,
): Promise<Verdict> {
  const stored = await store.find(write.pfaId, write.organizationCode);
  if (stored === undefined) return notFound(write);
  if (stored.version === write.version) {
    const reading = readChanges(write.changes, stored.record);
    if ("messages" in reading) return invalid(reading.messages);
    const change = { ...write, changes: reading.changes, oncePerKey: honoursKeys };
    const done = await store.change(change);
    if (done !== undefined) return executed(done);
  }
  return (honoursKeys ? await replayed(store, write) : undefined) ?? await conflict(store, write);
}

/** The answer given when the key was seen first; undefined for a new key. */
async function replayed(store: SandboxStore, write: ReceivedWrite): Promise<Verdict | undefined> {
  if (write.idempotencyKey === null) return undefined;
  const earlier = await store.changeByKey(write.idempotencyKey);
  if (earlier === undefined) return undefined;
  return earlier.content === write.content
    ? executed(earlier)
    : invalid(["the Idempotency-Key was used before with another content"]);
}

async function conflict(store: SandboxStore, write: ReceivedWrite): Promise<Verdict> {
  const stored = await store.find(write.pfaId, write.organizationCode);
  if (stored === undefined) return notFound(write);
  const later = await store.changesAfter(write, write.version);
  return {
    status: 409,
    body: {
      error: "VERSION_CONFLICT",
      currentVersion: stored.version,
      expectedVersion: write.version,
      conflictingFields: [...new Set(later.flatMap(({ changes }) => Object.keys(changes)))],
    },
  };
}

/** The changes in normal form, if the record may stand with them in it. */
export function readChanges(
  changes: ReceivedWrite["changes"],
  record: Pfa,
): { readonly changes: Edits } | { readonly messages: ReadonlyArray<string> } {
  const messages: string[] = [];
  const edits: { -readonly [name in keyof Edits]: Edits[name] } = {};
  for (const [name, value] of Object.entries(changes)) {
    if (!isFieldName(name)) messages.push(`${name} is no field of a record`);
    else if (FIELDS[name].permission === undefined) messages.push(`${name} must not be changed`);
    else {
      const reading = readValue(name, value);
      if ("message" in reading) messages.push(reading.message);
      else edits[name] = reading.value;
    }
  }
  if (Object.keys(changes).length === 0) messages.push("changes must not be empty");
  if (messages.length > 0) return { messages };
  const broken = brokenRules({ ...record, ...edits } as StoredRecord["record"]);
  return broken.length > 0
    ? { messages: broken.map(({ message }) => message) }
    : { changes: edits };
}

const executed = ({ pfaId, version, at }: ExecutedChange): Verdict => {
  const body: WriteAnswer = {
    success: true,
    pfaId,
    newVersion: version,
    updatedAt: at,
    message: `${pfaId} is at version ${version}`,
  };
  return { status: 200, body };
};

const invalid = (messages: ReadonlyArray<string>): Verdict => ({
  status: 422,
  body: { error: "VALIDATION_FAILED", message: messages.join("; ") },
});

const notFound = ({ organizationCode, pfaId }: RecordKey): Verdict => ({
  status: 404,
  body: { error: "NOT_FOUND", message: `${organizationCode} has no record ${pfaId}` },
});
