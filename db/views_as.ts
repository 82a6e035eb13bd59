/** Looking as somebody else: begun and ended in a session, and told of in the organization's trail. */
import { record } from "./audit.ts";
import type { Sql } from "./sql.ts";

export interface NewView {
  readonly sessionId: string;
  readonly organizationId: string;
  /** Who is to be seen. */
  readonly userId: string;
}

/**
 * Begins it, for an hour at most.
 * @returns until when; undefined when the user is no member to be seen: a stranger, an administrator, oneself
 */
export const beginView = (
  auth: Sql,
  { sessionId, organizationId, userId }: NewView,
): Promise<Date | undefined> =>
  auth.begin(async (tx) => {
    const [row] = await tx<Array<{ by: string; until: Date }>>`
      update session s set viewed_user_id = v.id, viewed_organization_id = m.organization_id,
        viewed_until = least(s.expires_at, now() + interval '1 hour')
      from app_user v join membership m on m.user_id = v.id
      where s.id = ${sessionId} and s.viewed_user_id is null and v.id = ${userId} and v.id <> s.user_id
        and m.organization_id = ${organizationId}
        and coalesce(m.expires_at, 'infinity') > now()
        and not v.is_admin and v.disabled_at is null
      returning s.user_id as by, s.viewed_until as until`;
    if (row === undefined) return undefined;
    await record(tx, [{
      eventType: "VIEW_AS",
      organizationId,
      userId: row.by,
      details: { member: userId, until: row.until.toISOString() },
    }]);
    return row.until;
  }) as Promise<Date | undefined>;

/**
 * Ends what the session looks as, if it does.
 * @param reason why it ended by itself
 */
export const endView = (auth: Sql, sessionId: string, reason?: string): Promise<void> =>
  auth.begin(async (tx) => {
    const [row] = await tx<Array<{ by: string; userId: string; organizationId: string }>>`
      with seen as (
        select id, user_id, viewed_user_id, viewed_organization_id from session
        where id = ${sessionId} and viewed_user_id is not null
        for update
      ), ended as (
        update session s set viewed_user_id = null, viewed_organization_id = null,
          viewed_until = null
        from seen where s.id = seen.id
      )
      select user_id as by, viewed_user_id as "userId", viewed_organization_id as "organizationId"
      from seen`;
    if (row === undefined) return;
    await record(tx, [{
      eventType: "VIEW_AS_ENDED",
      organizationId: row.organizationId,
      userId: row.by,
      details: { member: row.userId, reason },
    }]);
  }) as Promise<void>;
