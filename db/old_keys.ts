/** PEMS keys that have grown old: administrators are told of each, once. */
import { announce } from "./notices.ts";
import { notify } from "./notifications.ts";
import type { Sql } from "./sql.ts";

/** As `ops/prometheus/rules.yml` has it, and the form of the connection. */
const OLD_DAYS = 90;

interface OldKey {
  readonly organizationId: string;
  readonly own: boolean;
  readonly days: number;
}

/** Tells administrators of the keys that have grown old since; many workers may ask, each key is told of once. */
export const warnOfOldKeys = (worker: Sql): Promise<void> =>
  worker.begin(async (tx) => {
    const old = await tx<OldKey[]>`
      with aged as (
        select o.id, coalesce(o.pems_key_set_at, c.created_at) as since
        from organization o join pems_connection c on c.id = o.connection_id
      )
      update organization o set key_warned_at = clock_timestamp()
      from aged a
      where a.id = o.id and a.since < now() - ${OLD_DAYS}::int * interval '1 day'
        and (o.key_warned_at is null or o.key_warned_at < a.since)
      returning o.id as "organizationId", o.pems_key_set_at is not null as own,
        extract(day from now() - a.since)::int as days`;
    for (const { organizationId, own, days } of old) {
      await notify(tx, {
        organizationId,
        userIds: [],
        administrators: true,
        kind: "credential",
        title: `The key for PEMS is older than ${OLD_DAYS} days`,
        body: `It has been used for ${days} days. Have PEMS make a new one and put it in ${
          own ? "under Administration" : "where the product is started"
        }: nothing stops meanwhile.`,
      });
    }
    // What notifies changes what the bell has read.
    const at = new Date().toISOString();
    await announce(tx, old.map(({ organizationId }) => ({ type: "HEALTH", organizationId, at })));
  }) as Promise<void>;
