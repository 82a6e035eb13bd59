/** The sandbox's own routes, no part of the contract: the ledger, the fault switches, edits by somebody else. */
import { Result, Schema, Struct } from "effect";
import { Hono } from "hono";
import { isLoopback } from "../domain/config.ts";
import { Instant, WireValue } from "./contract.ts";
import { Faults } from "./faults.ts";
import type { Sandbox } from "./sandbox.ts";
import type { SandboxStore } from "./store.ts";
import { execute, type Verdict } from "./write.ts";

/** The switches to set; those left out stay as they are. */
const FaultsPatch = Faults.mapFields(Struct.map(Schema.optionalKey));

/** A change made in PEMS itself, by somebody who is not us. */
const ForeignEdit = Schema.Struct({
  organizationCode: Schema.NonEmptyString,
  pfaId: Schema.NonEmptyString,
  changes: Schema.Record(Schema.String, WireValue),
  modifiedBy: Schema.NonEmptyString,
  changeReason: Schema.optional(Schema.String),
});

type Controlled = Pick<Sandbox, "store" | "requests" | "faults" | "setFaults">;

/** Needs no PEMS key, so it answers on a loopback host only; JSON bodies keep web pages out. */
export function controlRoutes({ store, requests, faults, setFaults }: Controlled) {
  return new Hono().basePath("/sandbox")
    .use(async (c, next) => {
      if (!isLoopback(new URL(c.req.url))) return c.json({ error: "LOOPBACK_ONLY" }, 403);
      const isJson = c.req.header("content-type")?.startsWith("application/json");
      if (c.req.method === "POST" && !isJson) return c.json({ error: "JSON_ONLY" }, 415);
      await next();
    })
    .get("/ledger", async (c) => {
      const since = c.req.query("since") ?? "1970-01-01T00:00:00Z";
      if (!Schema.is(Instant)(since)) {
        return c.json({ error: "BAD_REQUEST", message: "since must be an ISO instant" }, 400);
      }
      const changes = await store.ledger(new Date(since).toISOString());
      return c.json({ changes, requests: requests.since(Date.parse(since)) });
    })
    .get("/faults", (c) => c.json(faults()))
    .post("/faults", async (c) => {
      const reading = read(FaultsPatch, await c.req.text());
      return Result.isSuccess(reading)
        ? c.json(setFaults(reading.success))
        : c.json({ error: "BAD_REQUEST", message: reading.failure.message }, 400);
    })
    .post("/edit", async (c) => {
      const reading = read(ForeignEdit, await c.req.text());
      if (Result.isFailure(reading)) {
        return c.json({ error: "BAD_REQUEST", message: reading.failure.message }, 400);
      }
      const { status, body } = await edit(store, reading.success);
      return c.json(body, status);
    });
}

/** Somebody in PEMS edits what is there, whatever its version: a write in between is no conflict. */
async function edit(store: SandboxStore, foreign: typeof ForeignEdit.Type): Promise<Verdict> {
  const { pfaId, organizationCode } = foreign;
  for (;;) {
    const version = (await store.find(pfaId, organizationCode))?.version ?? 0;
    const changeReason = foreign.changeReason ?? null;
    const write = { ...foreign, version, changeReason, idempotencyKey: null, content: null };
    const verdict = await execute(store, write, false);
    if (verdict.status !== 409) return verdict;
  }
}

/** A misspelt switch must not pass for one that was set. */
const read = <S extends Schema.Codec<unknown, unknown>>(schema: S, text: string) =>
  Schema.decodeUnknownResult(Schema.fromJsonString(schema), { onExcessProperty: "error" })(text);
