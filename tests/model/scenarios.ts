/** The scenarios that are explored: who commits what, and what PEMS, network and workers may do meanwhile. */
import type { Failure, Foreign, Scenario } from "./state.ts";

const THEIRS: Foreign = { by: "erp", edits: { model: "x" } };
const UNDONE: Foreign = { by: "erp", edits: { model: "a" } };
/** Another field, changed in PEMS by one of our own planners. */
const ELSEWHERE: Foreign = { by: "ana", edits: { contract: "y" } };

const FAILURES: ReadonlyArray<Failure> = ["timeout", "500", "503", "503 with Retry-After", "401"];

/** One edit, nothing goes wrong. */
const CALM: Scenario = {
  name: "one edit",
  values: { model: "a", equipment: "e", contract: "c" },
  commits: [{ user: "ana", edits: { model: "b", equipment: "f" } }],
  foreign: [THEIRS, UNDONE, ELSEWHERE],
  foreignMost: 2,
  keys: "ignored",
  failures: FAILURES,
  readFailures: ["timeout", "401"],
  policies: {},
  workers: 1,
  zombies: false,
  maxRetries: 1,
  readSync: true,
  circuit: false,
  resolves: false,
};

const scenario = (name: string, over: Partial<Scenario>): Scenario => ({ ...CALM, ...over, name });

const TWO_USERS: Partial<Scenario> = {
  commits: [...CALM.commits, { user: "eva", edits: { model: "d" } }],
};

/** Two users, one after the other, by what PEMS makes of idempotency keys. */
export const KEYS: ReadonlyArray<Scenario> = (["honoured", "ignored", "expired"] as const)
  .map((keys) => scenario(`two users, keys ${keys}`, { ...TWO_USERS, keys }));

export const ONE_EDIT = scenario("one edit", {});

/** Two users who have nothing to do with each other. */
export const APART = scenario("two users, each with a field", {
  commits: [
    { user: "ana", edits: { model: "b" } },
    { user: "eva", edits: { equipment: "f" } },
  ],
  foreignMost: 1,
});

export const SAME_USER = scenario(
  "two edits of one user, the second taking part of the first back",
  {
    commits: [...CALM.commits, { user: "ana", edits: { model: "a" } }],
    keys: "expired",
  },
);

export const PAIR = scenario("a pair of dates, with the rule that holds between them", {
  values: { forecastStart: "2026-02-01", forecastEnd: "2026-04-01", contract: "c" },
  commits: [
    { user: "ana", edits: { forecastStart: "2026-03-01", forecastEnd: "2026-05-01" } },
    { user: "eva", edits: { forecastStart: "2026-04-15" } },
  ],
  foreign: [
    { by: "erp", edits: { forecastEnd: "2026-04-10" } },
    { by: "erp", edits: { forecastStart: "2026-03-01" } },
    ELSEWHERE,
  ],
  keys: "expired",
});

export const DELETE = scenario("an edit, then another user's delete", {
  values: { model: "a", contract: "c", isDiscontinued: false },
  commits: [{ user: "ana", edits: { model: "b" } }, { user: "eva", edits: "DELETE" }],
  foreign: [THEIRS, ELSEWHERE, { by: "erp", edits: { isDiscontinued: true } }],
});

export const POLICIES = scenario("policies decide one field for us and one for PEMS", {
  foreign: [THEIRS, UNDONE, { by: "erp", edits: { equipment: "z" } }],
  policies: { model: "use_local", equipment: "use_pems" },
  keys: "expired",
});

export const EVERY_FAILURE = scenario("every failure there is, and a circuit", {
  ...TWO_USERS,
  foreignMost: 1,
  failures: [...FAILURES, "403", "429", "422", "refused"],
  readFailures: ["timeout", "401", "403", "429", "refused"],
  circuit: true,
});

export const RESOLVED = scenario("people send ours over what a conflict shows", { resolves: true });

export const ZOMBIES = scenario("two workers, and leases that run out under them", {
  commits: [{ user: "ana", edits: { model: "b" } }],
  foreign: [THEIRS, UNDONE],
  foreignMost: 1,
  failures: ["timeout"],
  readFailures: ["timeout"],
  workers: 2,
  zombies: true,
  readSync: false,
});

export const VARIANTS: ReadonlyArray<Scenario> = [
  SAME_USER,
  APART,
  PAIR,
  DELETE,
  POLICIES,
  EVERY_FAILURE,
  RESOLVED,
  ZOMBIES,
];
