/** What CommandDeck shows of an organization. */
import { listOwnDrafts, type OwnDraft, sumByCategory } from "../db/deck.ts";
import { asTenant, type Sql } from "../db/sql.ts";
import { syncCounts } from "../db/status.ts";
import { entries } from "../domain/delta.ts";
import { cents as wholeCents } from "../domain/money.ts";
import { type FieldName, MONEY_FIELDS, wireValue } from "../domain/pfa.ts";
import type { Session } from "./env.ts";
import type { DeckData } from "./pages/deck.tsx";
import { maskFor, seesMoney } from "./mask.ts";

/** More than a person reviews by eye; the commit takes all of them all the same. */
const MOST_DRAFTS = 1000;

export const makeDeck =
  (app: Sql, writeSync: boolean) =>
  async (session: Session, organizationId: string): Promise<DeckData> => {
    const userId = session.user.id;
    const { permissions = [] } = session.organizations.find(({ id }) => id === organizationId) ??
      {};
    const money = seesMoney(permissions);
    const mask = maskFor(permissions);
    return await asTenant(app, { organizationId, userId }, async (tx) => {
      const sums = await sumByCategory(tx, userId);
      const status = await syncCounts(tx, writeSync);
      const drafts = await listOwnDrafts(tx, userId, MOST_DRAFTS);
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
        byCategory: sums.map(({ category, records, plan, forecast }) => ({
          category,
          records,
          plan: money ? Number(plan) : null,
          forecast: money ? Number(forecast) : null,
        })),
        status: { ...status, reasons: status.reasons.map(mask.text) },
        drafts: drafts.map((draft) => draftOf(draft, money)),
      };
    });
  };

/** Sums come with two decimals, or as a bare 0. */
const cents = (sum: string): bigint => wholeCents(sum.includes(".") ? sum : `${sum}.00`);

/** A delete is told by its one field that matters. */
const draftOf = ({ modificationId, pfaId, operation, changes }: OwnDraft, money: boolean) => ({
  modificationId,
  pfaId,
  changes: entries(changes)
    .filter(([name]) => operation === "UPDATE" || name === "isDiscontinued")
    .map(([name, { from, to }]) => ({
      field: name,
      from: hidden(name, money) ? null : wireValue(name, from),
      to: hidden(name, money) ? null : wireValue(name, to),
    })),
});

const hidden = (name: FieldName, money: boolean) => !money && MONEY_FIELDS.includes(name);
