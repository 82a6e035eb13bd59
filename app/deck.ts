/** What CommandDeck shows of an organization. */
import { listChoices, sumByCategory } from "../db/deck.ts";
import { asTenant, type Sql } from "../db/sql.ts";
import { syncCounts } from "../db/status.ts";
import { cents as wholeCents } from "../domain/money.ts";
import type { Session } from "./env.ts";
import type { DeckData } from "./pages/deck.tsx";
import { maskFor, seesMoney } from "./mask.ts";
import { readReview } from "./reviewing.ts";

export const makeDeck =
  (app: Sql, writeSync: boolean) =>
  async (session: Session, organizationId: string): Promise<DeckData> => {
    const userId = session.user.id;
    const { permissions = [] } = session.organizations.find(({ id }) => id === organizationId) ??
      {};
    const money = seesMoney(permissions);
    const mask = maskFor(permissions);
    const tenant = { organizationId, userId };
    return await asTenant(app, tenant, async (tx) => {
      const sums = await sumByCategory(tx, userId);
      const status = await syncCounts(tx, writeSync);
      const review = await readReview(tx, { tenant, writeSync, money, mask });
      const choices = await listChoices(tx);
      const total = (name: "plan" | "forecast" | "actual" | "variance") =>
        Number(sums.reduce((all, sum) => all + cents(sum[name]), 0n)) / 100;
      return {
        records: sums.reduce((all, { records }) => all + records, 0),
        costs: money
          ? {
            plan: total("plan"),
            forecast: total("forecast"),
            actual: total("actual"),
            variance: total("variance"),
          }
          : null,
        byCategory: sums.map(({ category, records, ...sum }) => ({
          category,
          records,
          plan: money ? Number(sum.plan) : null,
          forecast: money ? Number(sum.forecast) : null,
          actual: money ? Number(sum.actual) : null,
          variance: money ? Number(sum.variance) : null,
        })),
        choices,
        status: { ...status, reasons: status.reasons.map(mask.text) },
        review,
      };
    });
  };

/** Sums come with two decimals, or as a bare 0. */
const cents = (sum: string): bigint => wholeCents(sum.includes(".") ? sum : `${sum}.00`);
