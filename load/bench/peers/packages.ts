/** The peers, fetched when they are measured: benchmarks have a lock file of their own, since nobody else needs them. */

export const GRAPHILE_WORKER = "npm:graphile-worker@0.18.0";
export const PG_BOSS = "npm:pg-boss@12.38.0";
