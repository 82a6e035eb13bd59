/** Failed sign-ins by account and by address, counted before the password is looked at. */
import type { Sql } from "./sql.ts";

export interface Subject {
  /** Such as `account:ana` or `address:10.0.0.7`. */
  readonly subject: string;
  /** Tries allowed within the window. */
  readonly most: number;
}

const WINDOW_MINUTES = 15;

/**
 * Counts one try for each subject, so that many at once cannot slip through.
 * @returns seconds until the next try is allowed; 0: now
 */
export async function countTry(auth: Sql, subjects: ReadonlyArray<Subject>): Promise<number> {
  const [row] = await auth<[{ seconds: number }]>`
    with counted as (
      insert into sign_in_failure as f (subject, failures, window_until)
      select subject, 1, now() + ${WINDOW_MINUTES}::int * interval '1 minute'
      from unnest(${subjects.map(({ subject }) => subject)}::text[]) subject
      order by subject
      on conflict (subject) do update set
        failures = case when f.window_until < now() then 1 else f.failures + 1 end,
        window_until = case when f.window_until < now() then excluded.window_until
          else f.window_until end
      returning subject, failures, window_until
    )
    select coalesce(max(ceil(extract(epoch from c.window_until - now()))), 0)::int as seconds
    from counted c
    join unnest(${subjects.map(({ subject }) => subject)}::text[],
      ${subjects.map(({ most }) => most)}::int[]) allowed (subject, most) using (subject)
    where c.failures > allowed.most`;
  return row.seconds;
}

/** After a success: the account starts afresh, the address gets its try back. */
export const forgive = (auth: Sql, account: string, address: string) =>
  auth`
    with account as (delete from sign_in_failure where subject = ${account})
    update sign_in_failure set failures = greatest(failures - 1, 0) where subject = ${address}`;
