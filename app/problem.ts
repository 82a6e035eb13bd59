/** Refusals: every error leaves as `application/problem+json` (RFC 9457), says what was found, and shows no insides. */
import type { Context, ErrorHandler, NotFoundHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { AppEnv } from "./env.ts";
import { log } from "./log.ts";

export interface FieldError {
  /** Where in the input, such as `drafts.3.changes.monthlyRate`. */
  readonly path: string;
  readonly message: string;
}

/** The closed set of refusals: status and title by code. */
export const PROBLEMS = {
  malformed: [400, "Malformed request"],
  invalid: [400, "Invalid input"],
  unauthenticated: [401, "Not signed in"],
  forbidden: [403, "Not allowed"],
  foreign_origin: [403, "Request from another site"],
  unknown: [404, "Not found"],
  moved_on: [409, "The state has moved on"],
  too_large: [413, "Too large"],
  media_type: [415, "Unsupported content type"],
  rule: [422, "Breaks a rule"],
  too_many: [429, "Too many requests"],
  internal: [500, "Internal error"],
  not_ready: [503, "Not ready"],
} as const satisfies { readonly [code: string]: readonly [ContentfulStatusCode, string] };
export type ProblemCode = keyof typeof PROBLEMS;

/** A refusal on its way out. Thrown anywhere in a request; whatever transaction it passes is rolled back. */
export class Problem extends Error {
  constructor(
    readonly code: ProblemCode,
    message: string,
    readonly errors: ReadonlyArray<FieldError> = [],
    readonly headers: { readonly [name: string]: string } = {},
  ) {
    super(message);
  }
}

export const forbidden = (message: string) => new Problem("forbidden", message);
export const unknown = (message: string) => new Problem("unknown", message);

/** Input that is wrong in itself (400); the first error speaks for all of them. */
export const invalid = (errors: ReadonlyArray<FieldError>) =>
  new Problem("invalid", summary(errors), errors);

/** Input that breaks business rules (422); every broken rule is listed. */
export const broken = (errors: ReadonlyArray<FieldError>) =>
  new Problem("rule", summary(errors), errors);

export const MOST_BODY = 4 * 1024 * 1024;
export const tooLarge = () => new Problem("too_large", "A body may have at most 4 MB");

function summary(errors: ReadonlyArray<FieldError>): string {
  const [first] = errors;
  if (first === undefined) return "The input cannot be used";
  const said = first.path === "" ? first.message : `${first.path}: ${first.message}`;
  return errors.length === 1 ? said : `${said} (and ${errors.length - 1} more)`;
}

/** The answer for the problem. */
export function problemResponse(c: Context<AppEnv>, problem: Problem): Response {
  const [status, title] = PROBLEMS[problem.code];
  for (const [name, value] of Object.entries(problem.headers)) c.header(name, value);
  c.header("cache-control", "no-store");
  return c.body(
    JSON.stringify({
      type: `/api/docs#${problem.code}`,
      title,
      status,
      detail: problem.message,
      code: problem.code,
      ...(problem.errors.length > 0 ? { errors: problem.errors } : {}),
    }),
    status,
    { "content-type": "application/problem+json" },
  );
}

/** Maps whatever a route threw; what nobody foresaw is logged whole and leaves without a word of it. */
export const onError: ErrorHandler<AppEnv> = (error, c) => {
  if (error instanceof Problem) return problemResponse(c, error);
  if (error instanceof HTTPException && error.status < 500) {
    return problemResponse(c, fromStatus(error.status, error.message));
  }
  if (error.name === "BodyLimitError") return problemResponse(c, tooLarge());
  if (isAway(error)) {
    log("warn", "the database is away", { requestId: c.get("requestId"), error: error.message });
    return problemResponse(
      c,
      new Problem("not_ready", "The database cannot be reached just now; nothing was changed", [], {
        "retry-after": "1",
      }),
    );
  }
  if (isBadValue(error)) {
    log("warn", "refused value", { requestId: c.get("requestId"), error: error.message });
    return problemResponse(
      c,
      new Problem("invalid", "The input holds a value that cannot be read"),
    );
  }
  log("error", "request failed", {
    requestId: c.get("requestId"),
    error: error.stack ?? String(error),
  });
  return problemResponse(
    c,
    new Problem("internal", `Something went wrong; request ${c.get("requestId")} is in the log`),
  );
};

export const notFound: NotFoundHandler<AppEnv> = (c) =>
  problemResponse(c, unknown(`There is nothing at ${c.req.method} ${c.req.path}`));

function fromStatus(status: number, message: string): Problem {
  const entry = Object.entries(PROBLEMS).find(([, [known]]) => known === status);
  return new Problem(
    (entry?.[0] ?? "malformed") as ProblemCode,
    message || "The request is malformed",
  );
}

/** SQLSTATE class 22: Postgres could not read a value, such as text with a NUL; nothing was changed. */
const isBadValue = (error: Error): boolean =>
  "code" in error && String(error.code).startsWith("22") &&
  error.name === "PostgresError";

/** Refused or lost connections, a server shutting down or out of slots, and a transaction that must run again. */
const AWAY = new Set([
  ...[
    "ECONNREFUSED",
    "ECONNRESET",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "EPIPE",
    "ETIMEDOUT",
    "CONNECTION_CLOSED",
    "CONNECTION_ENDED",
    "CONNECTION_DESTROYED",
  ],
  ...["CONNECT_TIMEOUT", "57P01", "57P02", "57P03", "53300", "40P01", "40001"],
]);
const isAway = (error: Error): boolean => "code" in error && AWAY.has(String(error.code));
