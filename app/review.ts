/** Routes of CommandDeck beside its page: the review of own drafts, and costs by month. */
import { Hono } from "hono";
import { sumByMonth } from "../db/deck.ts";
import { asTenant, type Sql } from "../db/sql.ts";
import { monthly } from "../domain/cost_months.ts";
import { wireMoney } from "../domain/money.ts";
import type { AppEnv } from "./env.ts";
import type { Guard } from "./guard.ts";
import { maskFor, seesMoney } from "./mask.ts";
import { CostMonths, Review } from "./review_shapes.ts";
import { readReview } from "./reviewing.ts";
import { GUARDED, parameters, told } from "./shape.ts";
import { tenantOf } from "./tenant.ts";

const OF_ONE = parameters({ organizationId: "Required" });

export const review = (app: Sql, { allow }: Guard, writeSync: boolean) =>
  new Hono<AppEnv>()
    .get(
      "/drafts",
      told("Drafts", "One's own drafts, grouped as they were saved", { 200: Review }, GUARDED),
      OF_ONE,
      allow("query", "Read"),
      async (c) => {
        const { permissions } = c.get("organization");
        const tenant = tenantOf(c);
        const reviewing = {
          tenant,
          writeSync,
          money: seesMoney(permissions),
          mask: maskFor(permissions),
        };
        return c.json(await asTenant(app, tenant, (tx) => readReview(tx, reviewing)));
      },
    )
    .get(
      "/cost-months",
      told("Records", "What the records cost month by month, as one sees them", {
        200: CostMonths,
      }, GUARDED),
      OF_ONE,
      allow("query", "Read"),
      async (c) => {
        if (!seesMoney(c.get("organization").permissions)) return c.json({ months: null });
        const tenant = tenantOf(c);
        const events = await asTenant(app, tenant, (tx) => sumByMonth(tx, tenant.userId), "anew");
        return c.json({
          months: monthly(events).map(({ month, plan, forecast, actual, variance }) => ({
            month,
            plan: wireMoney(plan),
            forecast: wireMoney(forecast),
            actual: wireMoney(actual),
            variance: wireMoney(variance),
          })),
        });
      },
    );
