/** What an HTTP answer of PEMS means: pure, from status, headers and text to a value or a PemsError. */
import { Result, Schema } from "effect";
import { ConflictAnswer } from "./contract.ts";
import {
  Doubtful,
  type PemsError,
  RateLimited,
  Rejected,
  Unanswered,
  Unauthorized,
  Unavailable,
  VersionConflict,
} from "./errors.ts";

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined when the connection broke before the body was complete. */
  readonly text: string | undefined;
  /** Epoch milliseconds at arrival, against which a Retry-After date is measured. */
  readonly at: number;
}

/** The error that a status other than 200 stands for (pems-contract.md, Answers). */
export function failureOf({ status, headers, text, at }: HttpAnswer): PemsError {
  const said = reason(text);
  const message = `PEMS answered ${status}${said && `: ${said}`}`;
  const retryAfterMs = readRetryAfter(headers.get("retry-after"), at);
  switch (status) {
    case 401:
    case 403:
      return new Unauthorized({ message, status });
    case 409: {
      const conflict = Result.getOrElse(readJson(ConflictAnswer, text ?? ""), () => ({}));
      return new VersionConflict({ message: conflictMessage(conflict), status, ...conflict });
    }
    case 429:
      return new RateLimited({ message, status, retryAfterMs });
    case 502:
    case 504:
      return new Unanswered({ message, status });
    case 503:
      return new Unavailable({ message, status, retryAfterMs });
  }
  if (status >= 300 && status < 500) return new Rejected({ message, status });
  // Cut off in the middle it was not answered in full: nothing is known, as with any reset.
  return text === undefined
    ? new Unanswered({ message: `${message}, then broke off`, status })
    : new Doubtful({ message, status });
}

/** Reads the body of a 200; one that cannot be read leaves in doubt what PEMS did. */
export function readAnswer<S extends Schema.Codec<unknown, unknown>>(
  schema: S,
  { status, text }: HttpAnswer,
): Result.Result<S["Type"], Doubtful | Unanswered> {
  if (text === undefined) {
    return Result.fail(
      new Unanswered({ message: `PEMS answered ${status}, then broke off`, status }),
    );
  }
  return Result.mapError(readJson(schema, text), (problem) =>
    new Doubtful({
      message: `Cannot read what PEMS answered with ${status}: ${problem}`,
      status,
    }));
}

/**
 * Retry-After in milliseconds from now.
 * @param header whole seconds or an HTTP date (RFC 9110, 10.2.3)
 * @returns undefined for no header or one that means nothing
 */
export function readRetryAfter(header: string | null, now: number): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  const at = /[a-z]/i.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? undefined : Math.max(at - now, 0);
}

function readJson<S extends Schema.Codec<unknown, unknown>>(
  schema: S,
  text: string,
): Result.Result<S["Type"], string> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return Result.fail(text.trim() === "" ? "the body is empty" : "the body is no JSON");
  }
  return Result.mapError(
    Schema.decodeUnknownResult(schema)(json),
    (error) => error.message.replaceAll(/\s+/g, " "),
  );
}

const conflictMessage = ({ currentVersion, expectedVersion }: ConflictAnswer): string =>
  currentVersion === undefined
    ? "PEMS answered 409: the record has changed"
    : `PEMS answered 409: the record is at version ${currentVersion}` +
      (expectedVersion === undefined ? "" : `, not ${expectedVersion}`);

const MOST_CHARACTERS = 500;

/** PEMS's own words: `message`, else `error` of a JSON body, else the text; a page of HTML says nothing. */
function reason(text: string | undefined): string {
  const plain = text?.trim() ?? "";
  let said: unknown = plain.startsWith("<") ? "" : plain;
  try {
    const { message, error } = JSON.parse(plain) ?? {};
    said = message ?? error?.message ?? error ?? plain;
  } catch {
    // Not JSON: the text itself is the message.
  }
  return (typeof said === "string" ? said : plain).replaceAll(/\s+/g, " ").slice(
    0,
    MOST_CHARACTERS,
  );
}
