/** docs/api.md is what a running app tells of itself: its examples are run, each group of routes has one. */
import assert from "node:assert/strict";
import { EXAMPLES } from "./api_examples.ts";
import { describeApi, FILE, RENEW } from "./api_manual.ts";
import { withDatabase } from "./database.ts";

Deno.test("docs/api.md is what the app tells, and its examples answer as they are shown", () =>
  withDatabase(async (db) => {
    const now = await describeApi(db);
    const kept = await Deno.readTextFile(FILE).catch(() => "");
    const line = now.split("\n").findIndex((text, at) => text !== kept.split("\n")[at]);
    assert.ok(
      now === kept,
      `Stale from line ${line + 1} on: ${now.split("\n")[line]}. Renew it: ${RENEW}`,
    );
    const groups = [...now.matchAll(/^## (.+)$/gm)].map(([, group]) => group!);
    assert.ok(groups.length > 7, groups.join());
    for (const group of groups.filter((one) => one !== "Shapes")) {
      assert.ok(EXAMPLES.some(({ tag }) => tag === group), `${group} has no example`);
    }
  }));
