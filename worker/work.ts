/** A worker as a list of layers: started whole, stopped in good order. */
import { Effect, Exit, Layer, Scope } from "effect";
import type { Config } from "../domain/config.ts";
import { Alerts } from "./alerts.ts";
import { Bell } from "./bell.ts";
import { Circuit } from "./circuit.ts";
import { Desk, type WorkerOptions } from "./desk.ts";
import { Lanes } from "./lanes.ts";
import { Lease } from "./lease.ts";
import { jsonLog } from "./log.ts";
import { Meters } from "./meters.ts";
import { Pull } from "./pull.ts";
import { Seal } from "./seal.ts";
import { Settling } from "./settling.ts";
import { Sweep } from "./sweep.ts";
import { traced } from "./trace.ts";

const parts = Layer.mergeAll(Alerts, Circuit, Lanes, Meters, Pull, Seal, Sweep).pipe(
  Layer.provide(Layer.mergeAll(Bell.layer, Lease.layer, Settling.layer)),
);

/** The worker for as long as the layer lives. */
export const work = (options: WorkerOptions) =>
  Layer.fresh(parts.pipe(Layer.provide(Desk.layer(options))));

/** What it tells of itself, and how. */
export type Reporting = Pick<Config, "logLevel" | "traced">;

/** Starts a worker; `stop` claims no more, waits for what is on the wire, and gives up its leases. */
export async function startWorker(
  options: WorkerOptions,
  reporting: Reporting,
): Promise<{ readonly stop: () => Promise<void> }> {
  const scope = await Effect.runPromise(Scope.make());
  const reported = work(options).pipe(
    Layer.provide(Layer.merge(jsonLog(reporting.logLevel), traced(reporting.traced))),
  );
  await Effect.runPromise(Layer.buildWithScope(reported, scope));
  return { stop: () => Effect.runPromise(Scope.close(scope, Exit.void)) };
}
