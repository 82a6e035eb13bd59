/** The cost strip as a table, to the cent. */
import { dayOf, firstDayNumber } from "../../domain/dates.ts";
import { money } from "../format.ts";
import { Window } from "../records/window.tsx";
import { KINDS } from "./spend.ts";
import type { TimelineState } from "./state.ts";
import { amount } from "./strip.tsx";
import { monthLabel } from "./ticks.ts";

interface CostsProps {
  readonly chart: TimelineState;
  readonly close: () => void;
}

export function Costs({ chart, close }: CostsProps) {
  const { months, whole } = chart.spend.value;
  return (
    <Window title="Cost per month" close={close}>
      <table class="costs">
        <caption>Of the records on show, by their dates as they are here, drafts included.</caption>
        <thead>
          <tr>
            <th scope="col">Month</th>
            {["Plan", "Forecast", "Actual"].map((kind) => <th key={kind} scope="col">{kind}</th>)}
          </tr>
        </thead>
        <tbody>
          {months.map(({ month, ...cents }) => (
            <tr key={month}>
              <th scope="row">{monthLabel(dayOf(firstDayNumber(month)))}</th>
              {KINDS.map((kind) => <td key={kind}>{money(amount(cents[kind]))}</td>)}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Together</th>
            {KINDS.map((kind) => <td key={kind}>{money(amount(whole[kind]))}</td>)}
          </tr>
        </tfoot>
      </table>
    </Window>
  );
}
