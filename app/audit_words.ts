/** Every event of the audit trail in words: what its subject did, as a sentence goes on after a name. */
import type { AuditEvent } from "../db/audit.ts";
import type { TrailRow } from "../db/trail.ts";
import type { OutcomeTag } from "../domain/outcome.ts";

type Details = { readonly [name: string]: unknown };

/** An entry, with its details as the reader may see them. */
export type Told = Pick<TrailRow, "eventType" | "userId" | "aboutName" | "details">;

/** What happened; amounts are in it only where they are in the details. */
export const summaryOf = (entry: Told): string => WORDS[entry.eventType](entry.details, entry);

const WORDS: { readonly [event in AuditEvent]: (details: Details, entry: Told) => string } = {
  DRAFT_SAVED: (details) =>
    deletes(details) ? "drafted the deletion" : `drafted ${fields(details)}`,
  COMMIT: (details, { aboutName }) =>
    `committed ${deletes(details) ? "the deletion" : fields(details)}${by(aboutName)}`,
  WRITE_ATTEMPT: ({ send, version }) =>
    Number(send) > 1
      ? `sent the same write to PEMS again, for the ${nth(Number(send))} time`
      : `sent a write to PEMS, made for version ${version}`,
  WRITE_RESULT: wordsOfResult,
  WRITE_SETTLED: ({ evidence }) =>
    evidence === "nothing_to_send"
      ? "found that PEMS has all of it: nothing was sent"
      : "found the values in PEMS: it is synced",
  CONFLICT_DETECTED: ({ by, error, reason }) =>
    by === "policy"
      ? "found a conflict that the organization's policy decides"
      : `found a conflict with PEMS${because(reason ?? error)}`,
  CONFLICT_RESOLVED: wordsOfResolution,
  RETRY: wordsOfRetry,
  DEAD_LETTER: ({ error }) => `gave it up as a dead letter${because(error)}`,
  REPLAY: ({ fixedForwardBy }, { aboutName }) =>
    fixedForwardBy === undefined
      ? `sent a dead letter again${by(aboutName)}`
      : "let a newer change carry the values of a dead letter",
  DISCARD: ({ takenOverBy, fields: taken, reason }, { aboutName }) =>
    takenOverBy === undefined
      ? `discarded a change${by(aboutName)}${because(reason)}`
      : `left ${plural(lengthOf(taken), "field")} to a newer change`,
  ROLLBACK: ({ outcome, targetVersion }) =>
    outcome === "cancelled"
      ? "cancelled a change that had not been sent, for a rollback"
      : `rolled it back${
        targetVersion === undefined ? " with its job" : ` to version ${targetVersion}`
      }`,
  READ_SYNC: wordsOfReading,
  PAUSE: ({ reason }) => `paused writes to PEMS${because(reason)}`,
  RESUME: ({ reason }) => `resumed writes to PEMS${because(reason)}`,
  CIRCUIT_OPEN: ({ error }) => `stopped sending: PEMS does not answer${because(error)}`,
  CIRCUIT_CLOSED: ({ seconds }) => `went on sending: PEMS answers again after ${seconds} s`,
  LOGIN: () => "signed in",
  LOGIN_FAILED: ({ username, provider, reason }) =>
    provider === undefined
      ? `failed to sign in as ${username}`
      : `failed to sign in through ${provider}${because(reason)}`,
  PERMISSION_DENIED: ({ path, missing }) =>
    `was refused ${path}: ${listed(missing) || "a permission"} is missing`,
  PERMISSION_CHANGED: wordsOfPermissions,
  VIEW_AS: (_, { aboutName }) => `began to look as ${aboutName ?? "a user"}, changing nothing`,
  VIEW_AS_ENDED: ({ reason }, { aboutName }) =>
    `stopped looking as ${aboutName ?? "a user"}${because(reason)}`,
  CREDENTIAL_CHANGED: ({ baseUrl, password }) =>
    password === true
      ? "set a new password"
      : `changed the connection to PEMS${baseUrl ? ` at ${baseUrl}` : ""}`,
  EXPORT: wordsOfExport,
  IMPORT: ({ rows, changed }) =>
    `imported a file of ${plural(Number(rows), "row")}, ${Number(changed)} of them with changes`,
};

function wordsOfResult({ status, outcome, pemsVersion, version }: Details): string {
  const now = pemsVersion ?? version;
  if (outcome === "Synced") {
    return `was answered ${status} by PEMS: synced${now === undefined ? "" : ` as version ${now}`}`;
  }
  return status === null ? "got no answer from PEMS" : `was answered ${status} by PEMS`;
}

const RESOLUTIONS: { readonly [resolution: string]: string } = {
  use_local: "with our values",
  use_pems: "with PEMS's values",
  merge: "by a merge",
};

function wordsOfResolution({ resolution, by }: Details): string {
  if (by === "PEMS") return "closed a conflict: PEMS has these values by now";
  const how = RESOLUTIONS[String(resolution)] ?? "";
  return by === "policy"
    ? `resolved a conflict ${how}, as the organization's policy says`
    : `resolved a conflict ${how}`;
}

/** Only those that are not the end. */
const RETRIES: { readonly [outcome in OutcomeTag]?: string } = {
  Retried: "will try again",
  Postponed: "will send it later: nothing was executed, and no attempt is spent",
  Unknown: "will ask PEMS whether it arrived",
  Rebased: "will send it anew: PEMS changed other fields meanwhile",
  Refused: "waits: PEMS refuses the credentials",
  Outage: "waits until PEMS answers: no attempt is spent",
};

function wordsOfRetry({ lanes, outcome, error }: Details): string {
  return lanes === undefined
    ? `${RETRIES[outcome as OutcomeTag] ?? "will try again"}${because(error)}`
    : `asked for ${plural(Number(lanes), "waiting record")} to be sent now`;
}

function wordsOfReading({ error, read, changed, missing, full, adopts, reason }: Details): string {
  if (error !== undefined) return `could not go on reading PEMS${because(error)}`;
  if (read === undefined) {
    if (adopts) return `took over the state that PEMS was set back to${because(reason)}`;
    return full
      ? "asked for all records to be read from PEMS"
      : "asked for news to be read from PEMS";
  }
  const gone = Number(missing) > 0 ? `, ${missing} of ours are not there any more` : "";
  return `read ${plural(Number(read), "record")} from PEMS: ${Number(changed)} had changed${gone}`;
}

function wordsOfPermissions(
  { conflictPolicy, permissions, member, username, made, byGroups }: Details,
  { aboutName, userId }: Told,
): string {
  const whom = aboutName ?? (member === userId ? "their own account" : "a user");
  if (conflictPolicy !== undefined) return "changed which side wins a conflict, field by field";
  if (made !== undefined) return `made the user ${username}`;
  if (permissions === undefined) return `changed ${whom}`;
  if (byGroups === true) {
    return lengthOf(permissions) === 0
      ? "left the organization with the last of their groups"
      : `was given ${plural(lengthOf(permissions), "permission")} by their groups: ${
        listed(permissions)
      }`;
  }
  return lengthOf(permissions) === 0
    ? `took ${whom} out of the organization`
    : `gave ${whom} ${plural(lengthOf(permissions), "permission")}: ${listed(permissions)}`;
}

function wordsOfExport({ records, jobs, job, audit }: Details): string {
  if (audit !== undefined) return "exported the audit trail";
  if (jobs !== undefined) return "exported Sync History";
  return job === undefined ? `exported ${plural(Number(records), "record")}` : "exported a job";
}

const deletes = ({ operation }: Details) => operation === "DELETE";
const fields = ({ changes }: Details) => plural(Object.keys(changes ?? {}).length, "field");
const lengthOf = (list: unknown) => Array.isArray(list) ? list.length : 0;
const listed = (list: unknown) => Array.isArray(list) ? list.join(", ") : "";
const by = (name: string | null) => name === null ? "" : `, a change of ${name}`;
const because = (text: unknown) => typeof text === "string" && text !== "" ? `: ${text}` : "";
const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;
const nth = (count: number) => count === 2 ? "2nd" : count === 3 ? "3rd" : `${count}th`;
