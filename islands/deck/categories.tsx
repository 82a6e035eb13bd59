/** Records and costs by category, with bars of one scale. */
import type { DeckData } from "../../app/pages/deck.tsx";
import type { Workplace } from "../field.ts";
import { count, money, shortMoney, signedMoney } from "../format.ts";

type Category = DeckData["byCategory"][number];

interface CategoriesProps {
  readonly categories: ReadonlyArray<Category>;
  readonly workplace: Workplace;
}

export function Categories({ categories, workplace }: CategoriesProps) {
  const withCosts = categories.some(({ plan }) => plan !== null);
  const most = Math.max(1, ...categories.flatMap(weights));
  const link = (category: string) =>
    `/grid?org=${encodeURIComponent(workplace.organizationCode)}&category=${
      encodeURIComponent(category)
    }`;
  return (
    <section class="panel" aria-labelledby="categories-title">
      <header>
        <h2 id="categories-title">By category</h2>
        {withCosts && (
          <p class="legend muted">
            <i class="swatch plan" /> Plan <i class="swatch forecast" /> Forecast
          </p>
        )}
      </header>
      {categories.length === 0
        ? <p class="empty">Categories appear with the first records from PEMS.</p>
        : (
          <div class="wide" tabIndex={0} role="region" aria-label="Figures by category">
            <table class="categories">
              <thead>
                <tr>
                  <th scope="col">Category</th>
                  <th scope="col" class="number">Records</th>
                  {withCosts && <th scope="col" class="number">Plan</th>}
                  {withCosts && <th scope="col" class="number">Forecast</th>}
                  {withCosts && <th scope="col" class="number">Actual</th>}
                  {withCosts && <th scope="col" class="number">Variance</th>}
                </tr>
              </thead>
              <tbody>
                {categories.map((one) => (
                  <tr key={one.category}>
                    <th scope="row">
                      <a href={link(one.category)}>{one.category}</a>
                      <Bars values={weights(one)} most={most} />
                    </th>
                    <td class="number">{count(one.records)}</td>
                    {withCosts && <Amount value={one.plan} />}
                    {withCosts && <Amount value={one.forecast} />}
                    {withCosts && <Amount value={one.actual} />}
                    {withCosts && <Amount value={one.variance} signed />}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
    </section>
  );
}

const weights = ({ plan, forecast, records }: Category): ReadonlyArray<number> =>
  plan === null || forecast === null ? [records] : [plan, forecast];

interface AmountProps {
  readonly value: number | null;
  readonly signed?: boolean;
}

const Amount = ({ value, signed = false }: AmountProps) => (
  <td class="number" title={value === null ? undefined : money(value)}>
    {value === null ? "–" : signed ? signedMoney(value) : shortMoney(value)}
  </td>
);

/** Drawn by attributes: the page's policy allows no inline styles. */
function Bars({ values, most }: { readonly values: ReadonlyArray<number>; readonly most: number }) {
  return (
    <svg class="bars" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      {values.map((value, index) => (
        <rect
          key={index}
          class={index === 0 ? "plan" : "forecast"}
          y={index * 4}
          width={Math.max(0, 100 * value / most)}
          height={3}
        />
      ))}
    </svg>
  );
}
