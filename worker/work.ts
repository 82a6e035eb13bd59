/** A worker as a list of layers: started whole, stopped in good order. */
import { Effect, Exit, Layer, Scope } from "effect";
import { Alerts } from "./alerts.ts";
import { Bell } from "./bell.ts";
import { Circuit } from "./circuit.ts";
import { Desk, type WorkerOptions } from "./desk.ts";
import { Lanes } from "./lanes.ts";
import { Lease } from "./lease.ts";
import { Meters } from "./meters.ts";
import { Pull } from "./pull.ts";
import { Seal } from "./seal.ts";
import { Settling } from "./settling.ts";
import { Sweep } from "./sweep.ts";

const parts = Layer.mergeAll(Alerts, Circuit, Lanes, Meters, Pull, Seal, Sweep).pipe(
  Layer.provide(Layer.mergeAll(Bell.layer, Lease.layer, Settling.layer)),
);

/** The worker for as long as the layer lives. */
export const work = (options: WorkerOptions) =>
  Layer.fresh(parts.pipe(Layer.provide(Desk.layer(options))));

/** Starts a worker; `stop` claims no more, waits for what is on the wire, and gives up its leases. */
export async function startWorker(
  options: WorkerOptions,
): Promise<{ readonly stop: () => Promise<void> }> {
  const scope = await Effect.runPromise(Scope.make());
  await Effect.runPromise(Layer.buildWithScope(work(options), scope));
  return { stop: () => Effect.runPromise(Scope.close(scope, Exit.void)) };
}
