/** Deployments: when another version of this program came to work. */
import type { Stretch } from "./metrics.ts";
import type { Sql, Tx } from "./sql.ts";

/** Notes that a process of this version starts; where the last to start was of the same there is nothing to note. */
export const noteDeployment = (owner: Sql, version: string) =>
  owner.begin(async (tx) => {
    // Those that start together wait here, and then find it noted.
    await tx`select pg_advisory_xact_lock(hashtext('vanguard.deployment'))`;
    await tx`
      insert into deployment (version, previous)
      select ${version}::text, d.version
      from (values (1)) one
      left join (select version from deployment order by id desc limit 1) d on true
      where d.version is distinct from ${version}::text`;
  });

export interface Deployment {
  readonly at: Date;
  readonly version: string;
  readonly previous: string;
}

/** Where one version followed another, oldest first; the first of a database followed none. */
export const readDeployments = (
  tx: Tx,
  { from, to }: Omit<Stretch, "step">,
): Promise<Deployment[]> =>
  tx<Deployment[]>`
    select at, version, previous from deployment
    where previous is not null and at >= to_timestamp(${from}) and at < to_timestamp(${to})
    order by id`;
