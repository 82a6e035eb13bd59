/** Costs month by month: a sentence, a chart, and the same as a table. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { CostMonths } from "../../app/review_shapes.ts";
import { call, query, Refusal } from "../api.ts";
import type { Workplace } from "../field.ts";
import { money, shortMoney, signedMoney } from "../format.ts";
import { liveOf } from "../live.ts";

type Month = NonNullable<CostMonths["months"]>[number];

type Known =
  | { readonly _tag: "loading" }
  | { readonly _tag: "failed"; readonly message: string }
  | { readonly _tag: "known"; readonly months: ReadonlyArray<Month> };

/** News comes in bursts, and every record is summed: the months are read again at most so often. */
const BREATH_MS = 10_000;

export function Months({ workplace }: { readonly workplace: Workplace }) {
  const known = useSignal<Known>({ _tag: "loading" });
  const table = useSignal(false);
  const { organizationId } = workplace;
  const load = async () => {
    try {
      const { months } = await call<CostMonths>(
        `/api/pfa-data/cost-months?${query({ organizationId })}`,
      );
      known.value = { _tag: "known", months: months ?? [] };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // What is shown outlives a refresh that does not get through.
      if (known.peek()._tag === "known") return;
      known.value = { _tag: "failed", message: error.message };
    }
  };
  useEffect(() => {
    void load();
    let breath: ReturnType<typeof setTimeout> | undefined;
    return liveOf(organizationId).listen(({ type }) => {
      if (type !== "DRAFT_SAVED" && type !== "SYNC_QUEUED" && type !== "MIRROR_UPDATED") return;
      breath ??= setTimeout(() => {
        breath = undefined;
        void load();
      }, BREATH_MS);
    });
  }, []);
  const now = known.value;
  return (
    <section class="panel months" aria-labelledby="months-title">
      <header>
        <h2 id="months-title">By month</h2>
        {now._tag === "known" && now.months.length > 0 && (
          <button
            type="button"
            class="plain"
            aria-pressed={table.value}
            onClick={() => table.value = !table.value}
          >
            View as table
          </button>
        )}
      </header>
      {now._tag === "failed" && (
        <p class="problem" role="alert">
          {now.message}{" "}
          <button type="button" class="link" onClick={() => void load()}>Try again</button>
        </p>
      )}
      {now._tag === "loading" && <div class="skeleton chart-space" aria-hidden="true" />}
      {now._tag === "known" && (now.months.length === 0
        ? <p class="empty">Months appear with the first records from PEMS.</p>
        : (
          <>
            <p class="muted">{sentence(now.months)}</p>
            {table.value ? <Table months={now.months} /> : <Chart months={now.months} />}
          </>
        ))}
    </section>
  );
}

const NAMES = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
/** `Jan 2027` for `2027-01`. By hand: `Intl` would be loaded for it while a slow phone wakes. */
const named = (month: string): string =>
  `${NAMES[Number(month.slice(5)) - 1]} ${month.slice(0, 4)}`;

/** What a look at the chart tells. */
function sentence(months: ReadonlyArray<Month>): string {
  const dearest = months.reduce((a, b) => b.forecast > a.forecast ? b : a);
  const over = months.filter(({ variance }) => variance > 0).length;
  return `${named(months[0]!.month)} to ${named(months.at(-1)!.month)}; forecast costs are ` +
    `highest in ${named(dearest.month)} with ${shortMoney(dearest.forecast)}; ` +
    `${over} of ${months.length} months are over plan.`;
}

function Table({ months }: { readonly months: ReadonlyArray<Month> }) {
  return (
    <div class="bulk-scroll" tabIndex={0} role="region" aria-label="Costs by month, as a table">
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">Month</th>
            <th scope="col">Plan</th>
            <th scope="col">Forecast</th>
            <th scope="col">Actual</th>
            <th scope="col">Variance</th>
          </tr>
        </thead>
        <tbody>
          {months.map(({ month, plan, forecast, actual, variance }) => (
            <tr key={month}>
              <th scope="row">{named(month)}</th>
              <td>{money(plan)}</td>
              <td>{money(forecast)}</td>
              <td>{money(actual)}</td>
              <td title={money(variance)}>{signedMoney(variance)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The plot's library comes when there is something to plot, and somebody looks: on a phone it stands far below. */
function Chart({ months }: { readonly months: ReadonlyArray<Month> }) {
  const place = useRef<HTMLDivElement>(null);
  const failed = useSignal(false);
  useEffect(() => {
    let end: (() => void) | undefined;
    let gone = false;
    const seen = new IntersectionObserver(([entry]) => {
      if (!entry!.isIntersecting) return;
      seen.disconnect();
      import("./chart.ts").then(({ draw }) => {
        if (!gone) end = draw(place.current!, months);
      }, () => failed.value = true);
    });
    seen.observe(place.current!);
    return () => {
      gone = true;
      seen.disconnect();
      end?.();
    };
  }, [months]);
  if (failed.value) return <Table months={months} />;
  return <div ref={place} class="chart-space" aria-hidden="true" />;
}
