/** Notifications: what a person must know until they have read it. */
import { maskAmounts } from "../domain/money.ts";
import type { Runner } from "./sql.ts";

export interface Notification {
  readonly organizationId: string;
  readonly userIds: ReadonlyArray<string>;
  /** Also everybody who manages the organization's settings. */
  readonly administrators: boolean;
  readonly kind: "conflict" | "failure" | "outage" | "paused" | "resumed" | "credential";
  readonly title: string;
  readonly body: string;
  readonly pfaId?: string;
}

/** One row per person, and one alert for the outside, without amounts. */
export const notify = (sql: Runner, notification: Notification) => {
  const { organizationId, userIds, administrators, kind, title, body, pfaId = null } = notification;
  return sql`
    with alerted as (
      insert into alert (organization_id, kind, title, body, pfa_id)
      values (${organizationId}, ${kind}, ${maskAmounts(title)}, ${maskAmounts(body)}, ${pfaId})
    )
    insert into notification (organization_id, user_id, kind, title, body, pfa_id)
    select ${organizationId}, user_id, ${kind}, ${title}, ${body}, ${pfaId}
    from (
      select unnest(${userIds as string[]}::uuid[]) as user_id
      union
      select m.user_id from membership m
      where ${administrators}::boolean and m.organization_id = ${organizationId}
        and 'ManageSettings' = any(m.permissions)
        and (m.expires_at is null or m.expires_at > now())
      union
      select u.id from app_user u where ${administrators}::boolean and u.is_admin
    ) people`;
};
