/** What an organization's records come to: counts and costs, as the viewer sees the records. */
import { EPOCH, type MonthEvents } from "../domain/cost_months.ts";
import type { Delta } from "../domain/delta.ts";
import type { Operation } from "../domain/threeway.ts";
import type { Tx } from "./sql.ts";

export interface CategorySums {
  readonly category: string;
  readonly records: number;
  /** Decimal text. */
  readonly plan: string;
  readonly forecast: string;
  readonly actual: string;
  readonly variance: string;
}

/**
 * Sums by category, the same arithmetic as `domain/cost.ts`: Rental days / 30.44 x monthlyRate to whole
 * cents, Purchase its price; variance is actual (forecast while there is none) minus plan.
 */
export const sumByCategory = (tx: Tx, viewer: string): Promise<CategorySums[]> =>
  tx<CategorySums[]>`
    with ${seen(tx, viewer)}, costed as (
      select v.category,
        case v.source when 'Purchase' then v.purchase_price
          else round((v.original_end - v.original_start) * v.monthly_rate * 100 / 3044, 2) end as plan,
        case v.source when 'Purchase' then v.purchase_price
          else round((v.forecast_end - v.forecast_start) * v.monthly_rate * 100 / 3044, 2)
          end as forecast,
        case when v.actual_start is null or v.actual_end is null then null
          when v.source = 'Purchase' then v.purchase_price
          else round((v.actual_end - v.actual_start) * v.monthly_rate * 100 / 3044, 2) end as actual
      from seen v
    )
    select category, count(*)::int as records, coalesce(sum(plan), 0)::text as plan,
      coalesce(sum(forecast), 0)::text as forecast, coalesce(sum(actual), 0)::text as actual,
      coalesce(sum(coalesce(actual, forecast) - plan), 0)::text as variance
    from costed group by category order by category`;

/** The tables `overlay` and `seen`: the organization's records as the viewer sees them. */
const seen = (tx: Tx, viewer: string) =>
  tx`overlay as materialized (select * from record_overlays(${viewer}::uuid)),
    seen as (
      select m.* from pfa_mirror m
      where m.organization_id = current_organization()
        and not exists (select from overlay o where o.pfa_id = m.pfa_id)
      union all
      select r.* from overlay o
      join pfa_mirror m on m.organization_id = current_organization() and m.pfa_id = o.pfa_id,
      lateral jsonb_populate_record(m, o.fields) r
    )`;

/** When rentals begin and end, and what is bought, by month: what `domain/cost_months.ts` spreads over months. */
export async function sumByMonth(tx: Tx, viewer: string): Promise<MonthEvents[]> {
  const rows = await tx<Array<{ [name in keyof MonthEvents]: string }>>`
    with ${seen(tx, viewer)}
    select series, to_char(month, 'YYYY-MM-DD') as month, rate::text, moment::text, bought::text
    from (
      select s.series, date_trunc('month', e.day)::date as month,
        sum(e.sign * v.rate) as rate,
        -- numeric: the largest rate times the days to a far date is no bigint
        sum(e.sign * v.rate::numeric * (e.day - ${EPOCH}::text::date)) as moment,
        sum(case when e.sign = 1 then v.bought else 0 end) as bought
      from (
        select *, case source when 'Rental' then (monthly_rate * 100)::bigint else 0 end as rate,
          case source when 'Purchase' then (purchase_price * 100)::bigint else 0 end as bought
        from seen
        where case source when 'Rental' then monthly_rate else purchase_price end is not null
      ) v,
    lateral (values
      ('plan', v.original_start, v.original_end),
      ('forecast', v.forecast_start, v.forecast_end),
      ('actual', v.actual_start, v.actual_end),
      ('latest',
        case when v.actual_start is null or v.actual_end is null then v.forecast_start
          else v.actual_start end,
        case when v.actual_start is null or v.actual_end is null then v.forecast_end
          else v.actual_end end)
    ) s (series, first, last),
    lateral (values (s.first, 1), (s.last, -1)) e (day, sign)
    where s.first is not null and s.last is not null
    group by 1, 2
    ) summed`;
  return rows.map(({ series, month, rate, moment, bought }) => ({
    series: series as MonthEvents["series"],
    month,
    rate: BigInt(rate),
    moment: BigInt(moment),
    bought: BigInt(bought),
  }));
}

/** The values that records of the mirror have: what a filter may be set to. */
export async function listChoices(
  tx: Tx,
): Promise<{ readonly class: string[]; readonly area: string[] }> {
  const [row] = await tx<[{ class: string[] | null; area: string[] | null }]>`
    select (select array_agg(distinct class order by class) from pfa_mirror
        where organization_id = current_organization()) as class,
      (select array_agg(distinct area_silo order by area_silo) from pfa_mirror
        where organization_id = current_organization()) as area`;
  return { class: row.class ?? [], area: row.area ?? [] };
}

export interface OwnDraft {
  readonly modificationId: string;
  readonly pfaId: string;
  readonly operation: Operation;
  readonly changes: Delta;
  readonly changeReason: string | null;
  readonly savedAt: Date;
}

/** The viewer's drafts, the newest first. */
export const listOwnDrafts = (tx: Tx, viewer: string, limit: number): Promise<OwnDraft[]> =>
  tx<OwnDraft[]>`
    select id as "modificationId", pfa_id as "pfaId", operation, changes,
      change_reason as "changeReason", updated_at as "savedAt"
    from pfa_modification
    where organization_id = current_organization() and user_id = ${viewer} and sync_status = 'draft'
    order by updated_at desc, id
    limit ${limit}`;
