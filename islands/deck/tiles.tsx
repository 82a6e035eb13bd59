/** The figures on top: how many records, and what they cost by plan, forecast and actual. */
import type { DeckData } from "../../app/pages/deck.tsx";
import type { Workplace } from "../field.ts";
import { count, money, shortMoney, signedMoney } from "../format.ts";

type Costs = NonNullable<DeckData["costs"]>;

interface TilesProps extends Pick<DeckData, "records" | "costs"> {
  readonly workplace: Workplace;
}

export function Tiles({ records, costs, workplace }: TilesProps) {
  const org = encodeURIComponent(workplace.organizationCode);
  return (
    <section aria-label="Records and costs">
      <dl class="tiles">
        <Tile
          name="Records"
          figure={count(records)}
          exact={count(records)}
          href={`/grid?org=${org}`}
        />
        {costs && <Amounts costs={costs} org={org} />}
      </dl>
    </section>
  );
}

/** Each leads to the records behind it. */
function Amounts({ costs, org }: { readonly costs: Costs; readonly org: string }) {
  const { plan, forecast, actual, variance } = costs;
  const share = plan === 0 ? "" : `${signedMoney(100 * variance / plan)} % of plan`;
  return (
    <>
      <Tile
        name="Plan"
        figure={shortMoney(plan)}
        exact={money(plan)}
        href={`/grid?org=${org}&sort=originalStart`}
      />
      <Tile
        name="Forecast"
        figure={shortMoney(forecast)}
        exact={money(forecast)}
        href={`/grid?org=${org}&state=active`}
      />
      <Tile
        name="Actual"
        figure={shortMoney(actual)}
        exact={money(actual)}
        href={`/grid?org=${org}&state=actualized`}
      />
      <Tile
        name="Variance"
        figure={signedMoney(variance)}
        exact={money(variance)}
        note={variance > 0 ? `${share}, over` : variance < 0 ? `${share}, under` : "On plan"}
        tone={variance > 0 ? "over" : "under"}
        href={`/grid?org=${org}&group=category`}
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
  readonly href: string;
}

function Tile({ name, figure, exact, note = exact, tone, href }: TileProps) {
  return (
    <div class={tone ? `tile tile-${tone}` : "tile"}>
      <dt>{name}</dt>
      <dd title={exact}>
        <a href={href} aria-label={`${name}: ${figure}, in GridLab`}>{figure}</a>
        {note !== figure && <small>{note}</small>}
      </dd>
    </div>
  );
}
