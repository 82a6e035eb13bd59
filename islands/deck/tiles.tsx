/** The figures on top: how many records, and what they cost by plan, forecast and actual. */
import type { DeckData } from "../../app/pages/deck.tsx";
import { count, money, shortMoney, signedMoney } from "../format.ts";

type Costs = NonNullable<DeckData["costs"]>;

export function Tiles({ records, costs }: Pick<DeckData, "records" | "costs">) {
  return (
    <section aria-label="Records and costs">
      <dl class="tiles">
        <Tile name="Records" figure={count(records)} exact={count(records)} />
        {costs && <Amounts costs={costs} />}
      </dl>
    </section>
  );
}

function Amounts({ costs }: { readonly costs: Costs }) {
  const { plan, forecast, actual, variance } = costs;
  const share = plan === 0 ? "" : `${signedMoney(100 * variance / plan)} % of plan`;
  return (
    <>
      <Tile name="Plan" figure={shortMoney(plan)} exact={money(plan)} />
      <Tile name="Forecast" figure={shortMoney(forecast)} exact={money(forecast)} />
      <Tile name="Actual" figure={shortMoney(actual)} exact={money(actual)} />
      <Tile
        name="Variance"
        figure={signedMoney(variance)}
        exact={money(variance)}
        note={variance > 0 ? `${share}, over` : variance < 0 ? `${share}, under` : "On plan"}
        tone={variance > 0 ? "over" : "under"}
      />
    </>
  );
}

interface TileProps {
  readonly name: string;
  readonly figure: string;
  /** The figure in full. */
  readonly exact: string;
  readonly note?: string;
  readonly tone?: "over" | "under";
}

function Tile({ name, figure, exact, note = exact, tone }: TileProps) {
  return (
    <div class={tone ? `tile tile-${tone}` : "tile"}>
      <dt>{name}</dt>
      <dd title={exact}>
        {figure}
        {note !== figure && <small>{note}</small>}
      </dd>
    </div>
  );
}
