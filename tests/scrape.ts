/** `GET /metrics` as Prometheus reads it. */
import assert from "node:assert/strict";
import type { Database } from "../db/sql.ts";
import { withApp } from "./app_client.ts";

/** Samples by their line without the value, and the types; throws for a line that Prometheus would not read. */
export async function scrape(db: Database) {
  let text = "";
  await withApp(db, async (app) => {
    const answer = await app.caller().get("/metrics");
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    text = answer.body;
  });
  const types: Record<string, string> = {};
  const samples: Record<string, number> = {};
  assert.ok(text.endsWith("\n"));
  for (const line of text.trimEnd().split("\n")) {
    const type = /^# TYPE (\w+) (\w+)$/.exec(line);
    if (type !== null) types[type[1]!] = type[2]!;
    if (line.startsWith("#")) continue;
    const sample = /^(\w+(?:\{(?:\w+="[^"\n]*",?)+\})?) (\+Inf|-?\d+(?:\.\d+)?(?:e-?\d+)?)$/.exec(
      line,
    );
    assert.ok(sample, line);
    assert.ok(!(sample[1]! in samples), `told twice: ${line}`);
    samples[sample[1]!] = sample[2] === "+Inf" ? Infinity : Number(sample[2]);
  }
  return { text, types, samples };
}

/** A sample's line, where its organization is its only label. */
export const of = (organization: string, name: string) => `${name}{organization="${organization}"}`;
