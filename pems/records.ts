/** The contract's routes as the sandbox PEMS serves them: shapes in, verdicts out. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { Result, Schema } from "effect";
import { type Context, Hono } from "hono";
import { wireRecord } from "../domain/pfa.ts";
import {
  DeleteRequest,
  Instant,
  PAGE_LIMIT,
  UpdateRequest,
  type WirePage,
  type WireRecord,
} from "./contract.ts";
import type { SandboxStore, StoredRecord } from "./store.ts";
import { execute } from "./write.ts";

/** Where the contract's `{base}` ends on a sandbox. */
export const BASE_PATH = "/api";

export interface RecordRoutes {
  readonly store: SandboxStore;
  readonly honoursKeys: () => boolean;
}

export function recordRoutes({ store, honoursKeys }: RecordRoutes) {
  return new Hono().basePath(`${BASE_PATH}/pems`)
    .get("/health", (c) => c.json({ status: "up" }))
    .get("/pfa", async (c) => {
      const request = readPageRequest((name) => c.req.query(name));
      if ("message" in request) return malformed(c, request.message);
      const found = await store.page({ ...request, limit: request.limit + 1 });
      const records = found.slice(0, request.limit);
      const page: WirePage = {
        records: records.map(toWire),
        nextCursor: found.length > records.length ? cursorAt(records.at(-1)!) : null,
      };
      return c.json(page);
    })
    .get("/pfa/:pfaId", async (c) => {
      const pfaId = c.req.param("pfaId");
      const stored = await store.find(pfaId);
      return stored === undefined
        ? c.json({ error: "NOT_FOUND", message: `There is no record ${pfaId}` }, 404)
        : c.json(toWire(stored));
    })
    .put("/pfa/:pfaId", (c) => answerWrite(c, UpdateRequest, ({ changes }) => changes))
    .delete(
      "/pfa/:pfaId",
      (c) => answerWrite(c, DeleteRequest, () => ({ isDiscontinued: true })),
    )
    .notFound((c) => c.json({ error: "NOT_FOUND", message: `There is no ${c.req.path}` }, 404));

  async function answerWrite<S extends Schema.Codec<DeleteRequest, unknown>>(
    c: Context,
    schema: S,
    changesOf: (request: S["Type"]) => { readonly [field: string]: unknown },
  ) {
    const text = await c.req.text();
    const reading = Schema.decodeUnknownResult(Schema.fromJsonString(schema))(text);
    if (Result.isFailure(reading)) return malformed(c, reading.failure.message);
    const request: S["Type"] = reading.success;
    if (request.pfaId !== c.req.param("pfaId")) {
      return malformed(c, "pfaId in the body and in the path differ");
    }
    const { status, body } = await execute(store, {
      ...request,
      changes: changesOf(request),
      changeReason: request.changeReason ?? null,
      idempotencyKey: c.req.header("idempotency-key") ?? null,
      content: createHash("sha256").update(`${c.req.method} ${text}`).digest("base64"),
    }, honoursKeys());
    return c.json(body, status);
  }
}

const malformed = (c: Context, message: string) =>
  c.json({ error: "BAD_REQUEST", message: message.replaceAll(/\s+/g, " ") }, 400);

export const toWire = (
  { pfaId, organizationCode, version, updatedAt, modifiedBy, changeReason, record }: StoredRecord,
): WireRecord => ({
  pfaId,
  organizationCode,
  version,
  updatedAt,
  modifiedBy,
  changeReason,
  data: wireRecord({ ...record }),
});

function readPageRequest(query: (name: string) => string | undefined) {
  const organizationCode = query("organizationCode");
  if (!organizationCode) return { message: "organizationCode is missing" };
  const limit = Number(query("limit") ?? PAGE_LIMIT);
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_LIMIT) {
    return { message: `limit must be a whole number from 1 to ${PAGE_LIMIT}` };
  }
  const since = query("updatedSince");
  if (since !== undefined && !Schema.is(Instant)(since)) {
    return { message: "updatedSince must be an ISO instant" };
  }
  const cursor = query("cursor");
  const after = cursor === undefined ? undefined : readCursor(cursor);
  if (cursor !== undefined && after === undefined) {
    return { message: "cursor is none of ours" };
  }
  const updatedSince = since && new Date(since).toISOString();
  return { organizationCode, limit, updatedSince, after };
}

const Cursor = Schema.fromJsonString(Schema.Tuple([Instant, Schema.String]));

const cursorAt = ({ updatedAt, pfaId }: StoredRecord): string =>
  Buffer.from(JSON.stringify([updatedAt, pfaId])).toString("base64url");

function readCursor(cursor: string) {
  const text = Buffer.from(cursor, "base64url").toString();
  const reading = Schema.decodeUnknownResult(Cursor)(text);
  if (Result.isFailure(reading)) return undefined;
  const [updatedAt, pfaId] = reading.success;
  return { updatedAt, pfaId };
}
