/** Routes of dead letters as a whole and one by one: their groups, and corrections that take a letter's place. */
import { Hono } from "hono";
import { listGroups, listReplays } from "../db/letter_groups.ts";
import { asTenant, type Sql } from "../db/sql.ts";
import type { Config } from "../domain/config.ts";
import { correctLetter } from "./correcting.ts";
import { readCursor, readLimit, writeCursor } from "./cursor.ts";
import { readChosen } from "./edit.ts";
import type { AppEnv } from "./env.ts";
import type { Guard } from "./guard.ts";
import { maskFor } from "./mask.ts";
import { unknown } from "./problem.ts";
import { EditedLetter, EditLetter, LetterGroups } from "./replay_shapes.ts";
import { body, GUARDED, isId, parameters, told } from "./shape.ts";
import { tenantOf } from "./tenant.ts";

export const letterGroups = (app: Sql, { allow }: Guard, { retry }: Config) =>
  new Hono<AppEnv>()
    .get(
      "/dead-letters/groups",
      told("Sync", "Dead letters by why they died, the largest group first", {
        200: LetterGroups,
      }, GUARDED),
      parameters({
        organizationId: "Required",
        limit: "1 to 1000; 100 when absent",
        cursor: "nextCursor of the page before",
      }),
      allow("query", "ManageSettings"),
      async (c) => {
        const organization = c.get("organization");
        const list = ["letter-groups", organization.id];
        const place = readCursor(list, c.req.query("cursor"), 2);
        const limit = readLimit(c.req.query("limit"));
        const after = place && { count: Number(place[0]), fingerprint: place[1] ?? "" };
        const { rows, replays } = await asTenant(app, tenantOf(c), async (tx) => ({
          rows: await listGroups(tx, { after, limit: limit + 1 }),
          replays: await listReplays(tx),
        }));
        const mask = maskFor(organization.permissions);
        const shown = rows.slice(0, limit);
        const last = shown.at(-1);
        return c.json({
          groups: shown.map(({ total: _, message, firstAt, lastAt, ...group }) => ({
            ...group,
            message: mask.text(message),
            firstAt: firstAt.toISOString(),
            lastAt: lastAt.toISOString(),
          })),
          replays: replays.map(({ createdAt, reason, error, ...replay }) => ({
            ...replay,
            reason: reason && mask.text(reason),
            error: error && mask.text(error),
            createdAt: createdAt.toISOString(),
          })),
          nextCursor: rows.length > limit
            ? writeCursor(list, [String(last!.count), last!.fingerprint])
            : null,
          total: rows[0]?.total ?? 0,
        });
      },
    )
    .post(
      "/dead-letters/:id/edit",
      told("Sync", "Queue a dead letter's change with other values, in its place", {
        200: EditedLetter,
      }, [...GUARDED, "unknown", "moved_on", "rule", "too_many"]),
      allow("body", "ManageSettings", "Sync"),
      body(EditLetter),
      async (c) => {
        const { changes, reason } = c.req.valid("json");
        const id = c.req.param("id");
        const organization = c.get("organization");
        const edits = readChosen(changes, { path: "changes.", organization });
        if (!isId(id)) {
          throw unknown(`There is nothing at ${c.req.path}`);
        }
        const tenant = tenantOf(c);
        const { maxRetries } = retry;
        const queued = await asTenant(app, tenant, (tx) =>
          correctLetter(tx, {
            ...{ tenant, organization, id, edits, maxRetries },
            reason: reason?.trim() || null,
          }));
        return c.json({ success: true as const, ...queued });
      },
    );
