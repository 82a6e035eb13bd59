/** Every event of the trail in words, with the details that its writers record. */
import assert from "node:assert/strict";
import { summaryOf } from "../app/audit_words.ts";
import type { AuditEvent } from "../db/audit.ts";
import { AUDIT_EVENTS } from "../db/trail.ts";

type Details = { readonly [name: string]: unknown };
type Case = readonly [event: AuditEvent, details: Details, words: string, about?: string];

const CHANGES = { model: { from: "A", to: "B" }, contract: { from: null, to: "C" } };

const CASES: ReadonlyArray<Case> = [
  ["DRAFT_SAVED", { operation: "UPDATE", changes: CHANGES }, "drafted 2 fields"],
  ["DRAFT_SAVED", { operation: "DELETE", changes: CHANGES }, "drafted the deletion"],
  ["COMMIT", { changes: { model: CHANGES.model } }, "committed 1 field"],
  ["COMMIT", { changes: CHANGES }, "committed 2 fields, a change of Ana", "Ana"],
  ["WRITE_ATTEMPT", { send: 1, version: 4 }, "sent a write to PEMS, made for version 4"],
  ["WRITE_ATTEMPT", { send: 3 }, "sent the same write to PEMS again, for the 3rd time"],
  [
    "WRITE_RESULT",
    { status: 200, outcome: "Synced", version: 5 },
    "was answered 200 by PEMS: synced as version 5",
  ],
  ["WRITE_RESULT", { status: 409, outcome: "Conflicted" }, "was answered 409 by PEMS"],
  ["WRITE_RESULT", { status: null, outcome: "Unknown" }, "got no answer from PEMS"],
  ["WRITE_SETTLED", { evidence: "content" }, "found the values in PEMS: it is synced"],
  [
    "WRITE_SETTLED",
    { evidence: "nothing_to_send" },
    "found that PEMS has all of it: nothing was sent",
  ],
  [
    "CONFLICT_DETECTED",
    { reason: "both changed it" },
    "found a conflict with PEMS: both changed it",
  ],
  [
    "CONFLICT_DETECTED",
    { by: "policy" },
    "found a conflict that the organization's policy decides",
  ],
  ["CONFLICT_RESOLVED", { resolution: "use_pems" }, "resolved a conflict with PEMS's values"],
  ["CONFLICT_RESOLVED", { resolution: "merge" }, "resolved a conflict by a merge"],
  [
    "CONFLICT_RESOLVED",
    { resolution: "use_local", by: "policy" },
    "resolved a conflict with our values, as the organization's policy says",
  ],
  ["CONFLICT_RESOLVED", { by: "PEMS" }, "closed a conflict: PEMS has these values by now"],
  ["RETRY", { outcome: "Retried", error: "503" }, "will try again: 503"],
  ["RETRY", { outcome: "Outage" }, "waits until PEMS answers: no attempt is spent"],
  ["RETRY", { lanes: 2 }, "asked for 2 waiting records to be sent now"],
  ["DEAD_LETTER", { error: "no such class" }, "gave it up as a dead letter: no such class"],
  ["REPLAY", {}, "sent a dead letter again, a change of Ana", "Ana"],
  ["REPLAY", { fixedForwardBy: "m" }, "let a newer change carry the values of a dead letter"],
  ["DISCARD", { reason: "not needed" }, "discarded a change: not needed"],
  ["DISCARD", { takenOverBy: "m", fields: ["model"] }, "left 1 field to a newer change"],
  ["ROLLBACK", { outcome: "restored", targetVersion: 3 }, "rolled it back to version 3"],
  ["ROLLBACK", { outcome: "restored", job: "j" }, "rolled it back with its job"],
  [
    "ROLLBACK",
    { outcome: "cancelled" },
    "cancelled a change that had not been sent, for a rollback",
  ],
  ["READ_SYNC", { full: false }, "asked for news to be read from PEMS"],
  ["READ_SYNC", { full: true }, "asked for all records to be read from PEMS"],
  [
    "READ_SYNC",
    { full: true, adopts: true, reason: "restored" },
    "took over the state that PEMS was set back to: restored",
  ],
  [
    "READ_SYNC",
    { read: 1, changed: 1, missing: 2 },
    "read 1 record from PEMS: 1 had changed, 2 of ours are not there any more",
  ],
  ["READ_SYNC", { error: "refused" }, "could not go on reading PEMS: refused"],
  ["PAUSE", { reason: null }, "paused writes to PEMS"],
  ["RESUME", { reason: "closed" }, "resumed writes to PEMS: closed"],
  ["CIRCUIT_OPEN", { error: "reset" }, "stopped sending: PEMS does not answer: reset"],
  ["CIRCUIT_CLOSED", { seconds: 7 }, "went on sending: PEMS answers again after 7 s"],
  ["LOGIN", { address: "::1" }, "signed in"],
  ["LOGIN_FAILED", { username: "ana" }, "failed to sign in as ana"],
  [
    "LOGIN_FAILED",
    { provider: "Plant", reason: "declined, access_denied" },
    "failed to sign in through Plant: declined, access_denied",
  ],
  ["PERMISSION_DENIED", { path: "/x", missing: ["Sync"] }, "was refused /x: Sync is missing"],
  [
    "PERMISSION_CHANGED",
    { member: "b", permissions: ["Read"] },
    "gave Bruno 1 permission: Read",
    "Bruno",
  ],
  [
    "PERMISSION_CHANGED",
    { member: "b", permissions: [] },
    "took Bruno out of the organization",
    "Bruno",
  ],
  [
    "PERMISSION_CHANGED",
    { member: "u", permissions: ["Read"] },
    "gave their own account 1 permission: Read",
  ],
  [
    "PERMISSION_CHANGED",
    { conflictPolicy: {} },
    "changed which side wins a conflict, field by field",
  ],
  [
    "PERMISSION_CHANGED",
    { member: "u", permissions: ["Read"], byGroups: true },
    "was given 1 permission by their groups: Read",
  ],
  [
    "PERMISSION_CHANGED",
    { member: "u", permissions: [], byGroups: true },
    "left the organization with the last of their groups",
  ],
  ["PERMISSION_CHANGED", { made: "u", username: "eva" }, "made the user eva"],
  ["CREDENTIAL_CHANGED", { baseUrl: "https://p" }, "changed the connection to PEMS at https://p"],
  ["CREDENTIAL_CHANGED", { password: true }, "set a new password"],
  ["EXPORT", { records: 3 }, "exported 3 records"],
  ["EXPORT", { jobs: {} }, "exported Sync History"],
  ["EXPORT", { job: "j" }, "exported a job"],
  ["EXPORT", { audit: {} }, "exported the audit trail"],
  ["VIEW_AS", { member: "b" }, "began to look as Bruno, changing nothing", "Bruno"],
  ["VIEW_AS_ENDED", { member: "b" }, "stopped looking as Bruno", "Bruno"],
  [
    "VIEW_AS_ENDED",
    { member: "b", reason: "its time was over" },
    "stopped looking as Bruno: its time was over",
    "Bruno",
  ],
  ["IMPORT", { rows: 9, changed: 2 }, "imported a file of 9 rows, 2 of them with changes"],
];

Deno.test("every event has its words", () => {
  for (const [eventType, details, words, aboutName = null] of CASES) {
    assert.equal(summaryOf({ eventType, userId: "u", aboutName, details }), words, eventType);
  }
  const worded = new Set(CASES.map(([event]) => event));
  assert.deepEqual(AUDIT_EVENTS.filter((event) => !worded.has(event)), []);
});
