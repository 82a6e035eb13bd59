/** How a settlement is told: to the audit trail, to live sockets, to the people concerned. */
import type { Notice, RecordEvent } from "../domain/event.ts";
import type { Outcome, OutcomeTag } from "../domain/outcome.ts";
import type { SyncState } from "../domain/status.ts";
import type { AuditEntry, AuditEvent } from "./audit.ts";
import type { Notification } from "./notifications.ts";
import type { Settlement } from "./settle.ts";

/** What follows the WRITE_RESULT of a call, by outcome. */
const CONSEQUENCE: { readonly [tag in OutcomeTag]?: AuditEvent } = {
  Conflicted: "CONFLICT_DETECTED",
  Buried: "DEAD_LETTER",
  Retried: "RETRY",
  Postponed: "RETRY",
  Unknown: "RETRY",
  Rebased: "RETRY",
  Refused: "RETRY",
  Outage: "RETRY",
};

/** Whether a copy may have landed or may still land: no answer now, or none to an earlier copy. */
export const inDoubt = ({ claim, outcome }: Settlement): boolean =>
  outcome._tag === "Unknown" || claim.frozen?.unknown === true;

/** Each modification keeps its own entries, naming the write that carried it. */
export function auditOf(settlement: Settlement): AuditEntry[] {
  const { claim: { lease }, items, writeId, exchange, outcome } = settlement;
  const events: AuditEvent[] = [];
  if (exchange !== undefined) events.push("WRITE_RESULT");
  const consequence = CONSEQUENCE[outcome._tag];
  if (consequence !== undefined) events.push(consequence);
  else if (outcome._tag === "Synced" && outcome.evidence !== "answer") events.push("WRITE_SETTLED");
  return items.flatMap((item) =>
    events.map((eventType) => ({
      eventType,
      organizationId: lease.organizationId,
      workerId: lease.workerId,
      pfaId: lease.pfaId,
      modificationId: item.modificationId,
      writeId,
      details: { ...exchange, ...told(outcome) },
    }))
  );
}

/** The outcome without the record it was read from. */
function told(outcome: Outcome): { readonly [name: string]: unknown } {
  const { _tag, ...rest } = outcome;
  if (!("remote" in rest)) return { outcome: _tag, ...rest };
  const { remote, ...others } = rest;
  return { outcome: _tag, ...others, pemsVersion: remote?.version };
}

const EVENTS: { readonly [tag in OutcomeTag]: RecordEvent["type"] } = {
  Synced: "SYNC_SUCCESS",
  Conflicted: "SYNC_CONFLICT",
  Buried: "SYNC_FAILED",
  Retried: "SYNC_RETRYING",
  Postponed: "SYNC_RETRYING",
  Unknown: "SYNC_RETRYING",
  Rebased: "SYNC_RETRYING",
  Refused: "SYNC_RETRYING",
  Outage: "SYNC_RETRYING",
};

/** What is in the lane besides the turn's own items. */
export interface Rest {
  readonly left: number;
  /** A dead letter is among them: it may stand at the head now. */
  readonly stuck: boolean;
}

/** News of the turn's newest modification; where a dead letter comes to the head, the record is to be read again. */
export function noticesOf(settlement: Settlement, { left, stuck }: Rest): Notice[] {
  const { claim, items, outcome } = settlement;
  const at = new Date().toISOString();
  const modificationId = items.at(-1)!.modificationId;
  const sync: SyncState = left > 0 && outcome._tag === "Synced"
    ? { status: "queued" }
    : { modificationId, ...badge(settlement, at) };
  const { organizationId, pfaId } = claim.lease;
  const news: RecordEvent = {
    type: EVENTS[outcome._tag],
    organizationId,
    at,
    pfaId,
    modificationId,
    sync,
    ...(outcome._tag === "Synced" ? { version: outcome.version } : {}),
  };
  return stuck ? [news, { type: "MIRROR_UPDATED", organizationId, at, pfaIds: [pfaId] }] : [news];
}

function badge(settlement: Settlement, at: string): SyncState {
  const { claim: { attempts }, outcome } = settlement;
  const after = (delayMs: number) => new Date(Date.parse(at) + delayMs).toISOString();
  switch (outcome._tag) {
    case "Synced":
      return { status: "synced", syncedAt: at };
    case "Conflicted":
      return { status: "conflict", error: outcome.reason };
    case "Buried":
      return { status: "failed", error: outcome.error, attempt: attempts + 1 };
    case "Retried":
      return {
        status: "retrying",
        error: outcome.error,
        attempt: attempts + 1,
        nextAttemptAt: after(outcome.delayMs),
      };
    case "Unknown":
      return {
        status: "unknown",
        error: outcome.error,
        attempt: attempts + 1,
        nextAttemptAt: after(outcome.delayMs),
      };
    case "Postponed":
      return {
        status: inDoubt(settlement) ? "unknown" : "queued",
        error: outcome.error,
        nextAttemptAt: after(outcome.delayMs),
      };
    case "Outage":
      return { status: inDoubt(settlement) ? "unknown" : "queued", error: outcome.error };
    case "Refused":
      return {
        status: inDoubt(settlement) ? "unknown" : "waiting",
        error: outcome.error,
        waitingFor: "paused",
      };
    case "Rebased":
      return { status: "queued" };
  }
}

/** Whom it concerns when a person must act. */
export function notificationOf({ claim, items, outcome }: Settlement): Notification | undefined {
  const { organizationId, pfaId } = claim.lease;
  const userIds = [...new Set(items.map((item) => item.userId))];
  switch (outcome._tag) {
    case "Conflicted":
      return {
        organizationId,
        userIds,
        administrators: false,
        kind: "conflict",
        title: `Conflict on ${pfaId}`,
        body: outcome.reason,
        pfaId,
      };
    case "Buried":
      return {
        organizationId,
        userIds,
        administrators: true,
        kind: "failure",
        title: `${pfaId} could not be written to PEMS`,
        body: outcome.error,
        pfaId,
      };
    default:
      return undefined;
  }
}
