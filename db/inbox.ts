/** A person's notifications, of all organizations they may read. */
import type { Sql } from "./sql.ts";

export interface NotificationRow {
  readonly id: string;
  readonly organizationId: string;
  readonly kind: string;
  readonly title: string;
  readonly body: string;
  readonly pfaId: string | null;
  readonly createdAt: Date;
  readonly readAt: Date | null;
}

export interface Inbox {
  readonly userId: string;
  readonly organizationIds: ReadonlyArray<string>;
}

/** Newest first; ids are in order of time. */
export const listNotifications = (
  auth: Sql,
  { userId, organizationIds }: Inbox,
  { before, limit }: { readonly before: string | null; readonly limit: number },
): Promise<NotificationRow[]> =>
  auth<NotificationRow[]>`
    select id, organization_id as "organizationId", kind, title, body, pfa_id as "pfaId",
      created_at as "createdAt", read_at as "readAt"
    from notification
    where user_id = ${userId} and organization_id = any(${organizationIds as string[]}::uuid[])
      and (${before}::text is null or id < ${before}::text::uuid)
    order by id desc
    limit ${limit}`;

export async function countUnread(auth: Sql, { userId, organizationIds }: Inbox): Promise<number> {
  const [row] = await auth<[{ count: number }]>`
    select count(*)::int from notification
    where user_id = ${userId} and read_at is null
      and organization_id = any(${organizationIds as string[]}::uuid[])`;
  return row.count;
}

/** How many of these were unread until now; those of others are left alone. */
export async function markRead(
  auth: Sql,
  userId: string,
  ids: ReadonlyArray<string>,
): Promise<number> {
  const rows = await auth`
    update notification set read_at = now()
    where user_id = ${userId} and id = any(${ids as string[]}::uuid[]) and read_at is null
    returning id`;
  return rows.length;
}
