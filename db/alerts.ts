/** Alerts: what the outside is told, kept until it was told or never will be. */
import type { Sql } from "./sql.ts";

export interface Alert {
  readonly id: string;
  readonly kind: string;
  readonly organizationId: string;
  readonly organizationCode: string;
  readonly title: string;
  readonly body: string;
  readonly pfaId: string | null;
  readonly at: Date;
  /** Tries that have failed. */
  readonly attempts: number;
}

/**
 * Takes alerts that are due. Whoever takes them and dies has them only for so long: they are due again then.
 * @param tryMs longer than a try may last
 */
export const claimAlerts = (
  worker: Sql,
  { most, tryMs }: { readonly most: number; readonly tryMs: number },
): Promise<ReadonlyArray<Alert>> =>
  worker<Alert[]>`
    with due as materialized (
      select id from alert
      where due_at <= clock_timestamp()
      order by due_at
      limit ${most}
      for update skip locked
    )
    update alert a set due_at = clock_timestamp() + ${tryMs}::int * interval '1 ms'
    from due, organization o
    where a.id = due.id and o.id = a.organization_id
    returning a.id, a.kind, a.organization_id as "organizationId", o.code as "organizationCode",
      a.title, a.body, a.pfa_id as "pfaId", a.created_at as at, a.attempts`;

/** It was taken. */
export const deliverAlert = (worker: Sql, id: string) =>
  worker`
    update alert set delivered_at = now(), due_at = null, error = null
    where id = ${id} and delivered_at is null`;

/**
 * The try failed.
 * @param delayMs until the next one; undefined: there is none, the alert stays with its error
 */
export const failAlert = (
  worker: Sql,
  id: string,
  { error, delayMs }: { readonly error: string; readonly delayMs?: number | undefined },
) =>
  worker`
    update alert set attempts = attempts + 1, error = ${error},
      due_at = clock_timestamp() + ${delayMs ?? null}::float8 * interval '1 ms'
    where id = ${id} and delivered_at is null`;

/**
 * Forgets what has been told, or could not be, a month ago.
 * @param wanted false: nobody is told, so what waits is forgotten after an hour
 */
export const forgetAlerts = (worker: Sql, wanted: boolean) =>
  worker`
    delete from alert
    where created_at < now() - interval '30 days' and due_at is null
      or not ${wanted} and created_at < now() - interval '1 hour'`;
