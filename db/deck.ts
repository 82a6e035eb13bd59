/** What an organization's records come to: counts and costs, as the viewer sees the records. */
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
    with overlay as materialized (select * from record_overlays(${viewer}::uuid)),
    seen as (
      select m.* from pfa_mirror m
      where m.organization_id = current_organization()
        and not exists (select from overlay o where o.pfa_id = m.pfa_id)
      union all
      select r.* from overlay o
      join pfa_mirror m on m.organization_id = current_organization() and m.pfa_id = o.pfa_id,
      lateral jsonb_populate_record(m, o.fields) r
    ), costed as (
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

export interface OwnDraft {
  readonly modificationId: string;
  readonly pfaId: string;
  readonly operation: Operation;
  readonly changes: Delta;
}

/** The viewer's drafts, the newest first. */
export const listOwnDrafts = (tx: Tx, viewer: string, limit: number): Promise<OwnDraft[]> =>
  tx<OwnDraft[]>`
    select id as "modificationId", pfa_id as "pfaId", operation, changes from pfa_modification
    where organization_id = current_organization() and user_id = ${viewer} and sync_status = 'draft'
    order by updated_at desc, id
    limit ${limit}`;
