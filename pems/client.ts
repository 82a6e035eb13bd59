/** The one door to PEMS: each call is one HTTP request and one answer. Pace and retries are the worker's business. */
import { Effect, type Schema } from "effect";
import type { Remote } from "../domain/outcome.ts";
import { readRecord } from "../domain/pfa.ts";
import { type HttpAnswer, readAnswer } from "./answer.ts";
import { PAGE_LIMIT, WirePage, WireRecord, WriteAnswer } from "./contract.ts";
import { Doubtful, type PemsError, Rejected } from "./errors.ts";
import { caller, type TransportOptions } from "./transport.ts";

export interface ClientOptions extends TransportOptions {
  /** `{base}` of the contract; checked with `safeBaseUrl` by whoever stores it. */
  readonly baseUrl: string;
}

/** A write as it was frozen: every attempt sends these very bytes. */
export interface FrozenWrite {
  readonly pfaId: string;
  /** The JSON text of the request body. */
  readonly body: string;
  readonly idempotencyKey: string;
}

export interface Written {
  readonly newVersion: number;
  readonly updatedAt: string;
}

export interface ListRequest {
  readonly organizationCode: string;
  /** ISO instant, inclusive. */
  readonly updatedSince?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

export interface RemotePage {
  readonly records: ReadonlyArray<{ readonly pfaId: string; readonly remote: Remote }>;
  /** Records whose content cannot be read; one such record must not hold up all the others. */
  readonly unreadable: ReadonlyArray<{ readonly pfaId: string; readonly message: string }>;
  readonly nextCursor: string | null;
}

export interface PemsClient {
  readonly put: (write: FrozenWrite) => Effect.Effect<Written, PemsError>;
  readonly delete: (write: FrozenWrite) => Effect.Effect<Written, PemsError>;
  readonly get: (pfaId: string, organizationCode: string) => Effect.Effect<Remote, PemsError>;
  readonly list: (request: ListRequest) => Effect.Effect<RemotePage, PemsError>;
  readonly health: () => Effect.Effect<void, PemsError>;
}

/** The client of one PEMS connection; it holds no state. */
export function makeClient(options: ClientOptions): PemsClient {
  const base = options.baseUrl.replace(/\/+$/, "");
  const call = caller(options);
  const write = (method: "PUT" | "DELETE") => ({ pfaId, body, idempotencyKey }: FrozenWrite) =>
    recordUrl(base, pfaId).pipe(
      Effect.flatMap((url) => call(url, { method, body, headers: writeHeaders(idempotencyKey) })),
      Effect.flatMap((answer) => read(WriteAnswer, answer)),
      Effect.flatMap((answer) => written(pfaId, answer)),
    );
  return {
    put: write("PUT"),
    delete: write("DELETE"),
    get: (pfaId, organizationCode) =>
      recordUrl(base, pfaId).pipe(
        Effect.flatMap((url) => call(url, { method: "GET" })),
        Effect.flatMap((answer) => read(WireRecord, answer)),
        Effect.flatMap((record) => asked(record, pfaId, organizationCode)),
      ),
    list: (request) =>
      call(listUrl(base, request), { method: "GET" }).pipe(
        Effect.flatMap((answer) => read(WirePage, answer)),
        Effect.map((page) => readPage(page, request.organizationCode)),
      ),
    health: () => Effect.asVoid(call(`${base}/pems/health`, { method: "GET" })),
  };
}

const read = <S extends Schema.Codec<unknown, unknown>>(schema: S, answer: HttpAnswer) =>
  Effect.fromResult(readAnswer(schema, answer));

/** `.` and `..` cannot be part of a URL path in any spelling: they would address another resource. */
const recordUrl = (base: string, pfaId: string): Effect.Effect<string, Rejected> =>
  /^\.{1,2}$/.test(pfaId)
    ? Effect.fail(
      new Rejected({ message: `Cannot address record "${pfaId}" in a URL`, status: 400 }),
    )
    : Effect.succeed(`${base}/pems/pfa/${encodeURIComponent(pfaId)}`);

const writeHeaders = (idempotencyKey: string) => ({
  "content-type": "application/json",
  "idempotency-key": idempotencyKey,
});

function listUrl(base: string, request: ListRequest): string {
  const query = new URLSearchParams({ organizationCode: request.organizationCode });
  if (request.updatedSince !== undefined) query.set("updatedSince", request.updatedSince);
  if (request.cursor !== undefined) query.set("cursor", request.cursor);
  query.set("limit", String(request.limit ?? PAGE_LIMIT));
  return `${base}/pems/pfa?${query}`;
}

function written(pfaId: string, answer: WriteAnswer): Effect.Effect<Written, Doubtful> {
  return answer.pfaId === pfaId
    ? Effect.succeed({ newVersion: answer.newVersion, updatedAt: answer.updatedAt })
    : doubt(`PEMS answered a write of ${pfaId} with one of ${answer.pfaId}`);
}

/** The record, if it is the one that was asked for and its content can be read. */
function asked(
  wire: WireRecord,
  pfaId: string,
  organizationCode: string,
): Effect.Effect<Remote, Doubtful | Rejected> {
  if (wire.pfaId !== pfaId) return doubt(`PEMS answered ${wire.pfaId} when asked for ${pfaId}`);
  if (wire.organizationCode !== organizationCode) {
    return Effect.fail(
      new Rejected({ message: misplaced(wire, organizationCode), status: 404 }),
    );
  }
  const reading = readRemote(wire);
  return "remote" in reading ? Effect.succeed(reading.remote) : doubt(reading.message);
}

const misplaced = ({ pfaId, organizationCode }: WireRecord, asked: string) =>
  `PEMS holds ${pfaId} for ${organizationCode}, not for ${asked}`;

const doubt = (message: string) => Effect.fail(new Doubtful({ message, status: 200 }));

function readPage(page: WirePage, organizationCode: string): RemotePage {
  const records: Array<{ pfaId: string; remote: Remote }> = [];
  const unreadable: Array<{ pfaId: string; message: string }> = [];
  for (const wire of page.records) {
    const reading = wire.organizationCode === organizationCode
      ? readRemote(wire)
      : { message: misplaced(wire, organizationCode) };
    if ("remote" in reading) records.push({ pfaId: wire.pfaId, remote: reading.remote });
    else unreadable.push({ pfaId: wire.pfaId, message: reading.message });
  }
  return { records, unreadable, nextCursor: page.nextCursor };
}

function readRemote(
  { pfaId, version, updatedAt, modifiedBy, changeReason, data }: WireRecord,
): { readonly remote: Remote } | { readonly message: string } {
  const reading = readRecord(data);
  if ("messages" in reading) {
    return { message: `Cannot read PEMS record ${pfaId}: ${reading.messages.join("; ")}` };
  }
  const { record } = reading;
  return {
    remote: {
      version,
      record,
      updatedAt,
      modifiedBy: modifiedBy ?? null,
      changeReason: changeReason ?? null,
    },
  };
}
