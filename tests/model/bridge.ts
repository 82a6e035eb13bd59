/** Between the model's small values and the product's own types. */
import { Result } from "effect";
import type { Claim, Frozen } from "../../db/claim.ts";
import type { Sending } from "../../db/freeze.ts";
import type { Outcome, Remote } from "../../domain/outcome.ts";
import type { FieldName, Pfa } from "../../domain/pfa.ts";
import type { Item } from "../../domain/turn.ts";
import {
  Doubtful,
  NotSent,
  type PemsError,
  RateLimited,
  Rejected,
  Unanswered,
  Unauthorized,
  Unavailable,
  VersionConflict,
} from "../../pems/errors.ts";
import type { Patience, Reading } from "../../worker/verdict.ts";
import { aPfa } from "../builders.ts";
import type { Claimed, Failure, Scenario, Settling, State, Told, Values, Write } from "./state.ts";

const LATE_WINDOW_MS = 600_000;

export const addressOf = (user: string) => `${user}@planner.example`;

const records = new Map<string, Pfa>();

/** The whole record that has these values. */
export function recordOf(values: Values): Pfa {
  const key = JSON.stringify(values);
  const known = records.get(key) ?? aPfa(values as Partial<Pfa>);
  records.set(key, known);
  return known;
}

export const remoteOf = ({ version, values, by }: Told): Remote => ({
  version,
  record: recordOf(values),
  updatedAt: "2026-03-01T08:00:00.000Z",
  modifiedBy: by,
  changeReason: null,
});

/** A remote cut down to the fields of the scenario. */
export const toldOf = ({ version, record, modifiedBy }: Remote, names: Values): Told => ({
  version,
  values: Object.fromEntries(
    Object.keys(names).map((name) => [name, record[name as FieldName]]),
  ) as Values,
  by: modifiedBy ?? "",
});

const itemOf = (scenario: Scenario, state: State, nth: number): Item => {
  const { user, edits } = scenario.commits[nth]!;
  return {
    modificationId: String(nth),
    userId: user,
    modifiedBy: addressOf(user),
    operation: edits === "DELETE" ? "DELETE" : "UPDATE",
    origin: "edit",
    changes: state.modifications[nth]!.changes,
    reason: null,
  };
};

/** The model's items again. */
export const nthsOf = (items: ReadonlyArray<Item>): ReadonlyArray<number> =>
  items.map(({ modificationId }) => Number(modificationId));

export function claimOf(scenario: Scenario, state: State, claimed: Claimed): Claim {
  const { frozen } = claimed;
  return {
    lease: { organizationId: "o", pfaId: "PFA-1", workerId: "w", fencingToken: "1" },
    connectionId: "",
    losses: 0,
    organizationCode: "RIO",
    policies: scenario.policies,
    call: { inMs: 0, departure: null },
    attempts: claimed.attempts,
    items: claimed.items.map((nth) => itemOf(scenario, state, nth)),
    mirror: remoteOf(claimed.mirror),
    frozen: frozen === null ? undefined : frozenOf(frozen.write, frozen),
  };
}

const texts = new Map<string, number>();
const byNumber: string[] = [];

/** The number of a request's text. */
export function numberOf(body: string): number {
  const known = texts.get(body);
  if (known !== undefined) return known;
  byNumber.push(body);
  texts.set(body, byNumber.length - 1);
  return byNumber.length - 1;
}

export const frozenOf = (
  { key, operation, version, body, delta, modifiedBy }: Write,
  { unknown, old }: { readonly unknown: boolean; readonly old: boolean },
): Frozen => ({
  id: `key ${key}`,
  operation,
  version,
  body: byNumber[body]!,
  delta,
  modifiedBy,
  unknown,
  sends: 1,
  sentAgoMs: old ? LATE_WINDOW_MS + 1 : 0,
});

/** The key under which a write goes out: the one it was frozen under, or a new one. */
export const keyOf = ({ id }: Frozen, next: number): number =>
  id.startsWith("key ") ? Number(id.slice(4)) : next;

/** The claim with the write that its turn sends. */
export function sendingOf(
  scenario: Scenario,
  state: State,
  { claim, write }: { readonly claim: Claimed; readonly write: Write },
): Sending {
  const known = claim.frozen ?? { unknown: false, old: false };
  return {
    claim: claimOf(scenario, state, { ...claim, items: write.items }),
    write: frozenOf(write, known),
  };
}

export const patienceOf = ({ maxRetries }: Scenario): Patience => ({
  retry: { maxRetries, baseMs: 1 },
  lateWindowMs: LATE_WINDOW_MS,
  random: 0,
});

const message = "";
const ERRORS: { readonly [failure in Failure]: PemsError } = {
  timeout: new Unanswered({ message }),
  "500": new Doubtful({ message, status: 500 }),
  "503": new Unavailable({ message, status: 503 }),
  "503 with Retry-After": new Unavailable({ message, status: 503, retryAfterMs: 1 }),
  "429": new RateLimited({ message, status: 429 }),
  "409": new VersionConflict({ message, status: 409 }),
  "422": new Rejected({ message, status: 422 }),
  "401": new Unauthorized({ message, status: 401 }),
  "403": new Unauthorized({ message, status: 403 }),
  refused: new NotSent({ message }),
};
export const errorOf = (failure: Failure): PemsError => ERRORS[failure];

export const readingOf = (read: Told | Failure): Reading =>
  typeof read === "string" ? Result.fail(ERRORS[read]) : Result.succeed(remoteOf(read));

/** The outcome as settling sees it. */
export function settlingOf(
  scenario: Scenario,
  outcome: Outcome,
  { items, inDoubt }: { readonly items: ReadonlyArray<number>; readonly inDoubt: boolean },
): Settling {
  const conflicted = outcome._tag === "Conflicted" ? outcome : undefined;
  return {
    tag: outcome._tag,
    items,
    remote: "remote" in outcome && outcome.remote !== undefined
      ? toldOf(outcome.remote, scenario.values)
      : null,
    kind: conflicted?.kind ?? null,
    fields: conflicted?.fields ?? [],
    spent: outcome._tag === "Retried" || (outcome._tag === "Unknown" && outcome.sent) ? 1 : 0,
    inDoubt,
  };
}
