/** What CommandDeck asks beside its page: drafts grouped as they were saved, and costs month by month. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { CostMonths, Review } from "../app/review_shapes.ts";
import { costs } from "../domain/cost.ts";
import { EPOCH, type MonthEvents, monthly } from "../domain/cost_months.ts";
import { addDays, daysBetween } from "../domain/dates.ts";
import { cents } from "../domain/money.ts";
import { PERMISSIONS } from "../domain/permissions.ts";
import { assertShape, withApp } from "./app_client.ts";
import { aMember, aPfa, aPlanner, mirrored } from "./builders.ts";
import { onEach } from "./database.ts";

onEach(
  "drafts saved together stand together, and the forecast counts what waits",
  (db) =>
    withApp(db, async (app) => {
      const { organizationId, userId } = await aPlanner(db);
      await mirrored(db, organizationId, { A: {}, B: {}, C: {}, D: {} });
      const caller = await app.as(userId);
      const path = `/api/pfa-data/drafts?organizationId=${organizationId}`;
      const read = async () => (await caller.get(path)).body;
      assert.deepEqual(await read(), { total: 0, seconds: 1, groups: [] });
      const save = (body: object) =>
        caller.post("/api/pfa-data/save-draft", { organizationId, ...body });
      await save({ pfaId: "C", changes: { model: "c" } });
      await save({
        drafts: ["A", "B"].map((pfaId) => ({
          pfaId,
          changes: { monthlyRate: 7, description: "x" },
          changeReason: "New offer",
        })),
      });
      await save({ pfaId: "D", operation: "DELETE" });
      const review = await read();
      assertShape(Review, review);
      assert.equal(review.total, 4);
      assert.ok(
        review.seconds > 1.3 && review.seconds < 1.5,
        `${review.seconds} s for 4 at 10 a second`,
      );
      assert.deepEqual(
        review.groups.map((group: Review["groups"][number]) => [
          group.drafts.map(({ pfaId }) => pfaId).sort(),
          [...group.fields].sort(),
          group.reason,
          group.savedAt !== null,
        ]),
        [
          [["A", "B"], ["description", "monthlyRate"], "New offer", true],
          [["C", "D"], ["isDiscontinued", "model"], null, false],
        ],
      );
      const permissions = PERMISSIONS.filter((name) => name !== "ViewFinancials");
      await db.auth`update membership set permissions = ${[...permissions]}`;
      const [together] = (await read()).groups;
      assert.deepEqual(
        together.drafts[0].changes.find((one: { field: string }) => one.field === "monthlyRate"),
        { field: "monthlyRate", from: null, to: null },
      );
    }),
);

onEach(
  "months add up to what records cost, and nobody is told who may not see it",
  (db) =>
    withApp(db, async (app) => {
      const { organizationId, userId } = await aPlanner(db);
      const records = {
        A: { monthlyRate: "3044.00" },
        B: { source: "Purchase", monthlyRate: null, purchasePrice: "999.99" },
        C: { actualStart: "2026-02-10", actualEnd: "2026-05-02" },
      } as const;
      await mirrored(db, organizationId, records);
      const path = `/api/pfa-data/cost-months?organizationId=${organizationId}`;
      const { body } = await (await app.as(userId)).get(path);
      assertShape(CostMonths, body);
      const months = body.months as NonNullable<CostMonths["months"]>;
      assert.deepEqual(months.map(({ month }) => month).slice(0, 2), ["2026-01", "2026-02"]);
      const all = Object.values(records).map((over) => costs(aPfa(over)));
      for (const name of ["plan", "forecast", "actual", "variance"] as const) {
        const sum = months.reduce((total, month) => total + Math.round(month[name] * 100), 0);
        const exact = all.reduce((total, one) => total + Number(cents(one[name] ?? "0.00")), 0);
        assert.ok(Math.abs(sum - exact) <= months.length + 3, `${name}: ${sum} and ${exact}`);
      }
      const plan = 31 * 100 + 31 * 5500 / 30.44 + 999.99;
      assert.ok(Math.abs(months[0]!.plan - plan) < 0.02, "January: two rentals, and the purchase");
      const permissions = PERMISSIONS.filter((name) => name !== "ViewFinancials");
      const blind = await app.as((await aMember(db, organizationId, { permissions })).userId);
      assert.deepEqual((await blind.get(path)).body, { months: null });
    }),
);

Deno.test("a month costs its days, for any rentals and purchases", () => {
  const rental = fc.record({
    start: fc.integer({ min: 0, max: 800 }),
    days: fc.integer({ min: 0, max: 400 }),
    rate: fc.bigInt({ min: 0n, max: 9_999_999n }),
  });
  fc.assert(fc.property(fc.array(rental, { minLength: 1, maxLength: 5 }), (rentals) => {
    const events = new Map<string, MonthEvents>();
    const note = (day: string, rate: bigint) => {
      const month = `${day.slice(0, 7)}-01`;
      const known = events.get(month) ??
        { series: "plan", month, rate: 0n, moment: 0n, bought: 0n } as const;
      const moment = known.moment + rate * BigInt(daysBetween(EPOCH, day));
      events.set(month, { ...known, rate: known.rate + rate, moment });
    };
    const byMonth = new Map<string, bigint>();
    for (const { start, days, rate } of rentals) {
      const first = addDays("2026-01-01", start);
      note(first, rate);
      note(addDays(first, days), -rate);
      for (let day = 0; day < days; day++) {
        const month = addDays(first, day).slice(0, 7);
        byMonth.set(month, (byMonth.get(month) ?? 0n) + rate);
      }
    }
    for (const { month, plan } of monthly([...events.values()])) {
      const exact = Number(byMonth.get(month) ?? 0n) * 100 / 3044;
      assert.ok(Math.abs(Number(cents(plan)) - exact) <= 0.51, `${month}: ${plan}, ${exact / 100}`);
    }
  }));
});
