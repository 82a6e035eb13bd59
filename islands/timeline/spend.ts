/** The cost of what is on show, month by month: plan, forecast and actual, to the cent. */
import { monthNumber } from "../../domain/dates.ts";
import { type Month, spending } from "../../domain/spending.ts";
import type { Row } from "../records/records.ts";
import { pricedOf } from "./acting.ts";
import type { TimelineState } from "./state.ts";

export const KINDS = ["plan", "forecast", "actual"] as const;
type Kind = typeof KINDS[number];
export type Amounts = { readonly [kind in Kind]: bigint };

export interface Spend {
  /** Every month from the first with a cost to the last, as `monthNumber` counts. */
  readonly months: ReadonlyArray<{ readonly month: number } & Amounts>;
  readonly whole: Amounts;
}

const DATES = {
  plan: ["originalStart", "originalEnd"],
  forecast: ["forecastStart", "forecastEnd"],
  actual: ["actualStart", "actualEnd"],
} as const;

type Parts = { readonly [kind in Kind]: ReadonlyArray<Month> };

/** Adds up; what a record contributed is kept until one of its values moves: 10,000 records anew took 120 ms. */
export class Spending {
  readonly #chart: TimelineState;
  readonly #kept = new Map<Row, { readonly key: string; readonly parts: Parts }>();

  constructor(chart: TimelineState) {
    this.#chart = chart;
  }

  of(rows: Iterable<Row>): Spend {
    const sums = new Map<number, { [kind in Kind]: bigint }>();
    const whole = { plan: 0n, forecast: 0n, actual: 0n };
    for (const row of rows) {
      const parts = this.#partsOf(row);
      for (const kind of KINDS) {
        for (const { month, cents } of parts[kind]) {
          const sum = sums.get(month) ?? { plan: 0n, forecast: 0n, actual: 0n };
          sum[kind] += cents;
          whole[kind] += cents;
          sums.set(month, sum);
        }
      }
    }
    const nothing = { plan: 0n, forecast: 0n, actual: 0n };
    const [first, last] = [Math.min(...sums.keys()), Math.max(...sums.keys())];
    const months = Array.from(
      { length: sums.size === 0 ? 0 : last - first + 1 },
      (_, nth) => ({ month: first + nth, ...(sums.get(first + nth) ?? nothing) }),
    );
    return { months, whole };
  }

  #partsOf(row: Row): Parts {
    const { records } = this.#chart;
    const priced = pricedOf(this.#chart, row);
    const dates = KINDS.flatMap((kind) => DATES[kind].map((name) => records.value(row, name)));
    const key = [priced.source, priced.monthlyRate, priced.purchasePrice, ...dates].join();
    const kept = this.#kept.get(row);
    if (kept?.key === key) return kept.parts;
    const part = (kind: Kind) => {
      const [start, end] = DATES[kind].map((name) => this.#chart.date(row, name));
      return start && end ? spending(priced, start, end) : [];
    };
    const parts = { plan: part("plan"), forecast: part("forecast"), actual: part("actual") };
    this.#kept.set(row, { key, parts });
    return parts;
  }
}

/** The months of the spend that the days touch. */
export const within = (
  { months }: Spend,
  from: string,
  to: string,
): Spend["months"] =>
  months.filter(({ month }) => month >= monthNumber(from) && month <= monthNumber(to));
