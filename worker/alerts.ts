/** Alerts: each event that a person must know of is posted once to the webhook, or as often as it takes. */
import { Effect, Layer, Schedule } from "effect";
import { type Alert, claimAlerts, deliverAlert, failAlert, forgetAlerts } from "../db/alerts.ts";
import { delayAfter } from "../domain/retry.ts";
import { Desk } from "./desk.ts";
import { post, TRY_MS } from "./webhook.ts";

/** Posted side by side. */
const MOST = 10;
/** An alert that is being tried belongs to its worker for this long. */
const KEPT_MS = 3 * TRY_MS;
const ROUNDS = Schedule.spaced("1 second");

/** Any worker posts any alert; whatever the receiver does, nothing else waits for it. */
export const Alerts = Layer.effectDiscard(
  Effect.gen(function* () {
    const { db: { worker }, alerts } = yield* Desk;
    const forget = Effect.promise(() => forgetAlerts(worker, alerts !== undefined));
    yield* Effect.forkScoped(Effect.all([
      Effect.repeat(steady(forget), Schedule.spaced("1 hour")),
      alerts === undefined ? Effect.void : Effect.repeat(steady(round), ROUNDS),
    ], { concurrency: "unbounded", discard: true }));
  }),
);

/** A database that is away is logged; the next round tries again. */
const steady = <R>(work: Effect.Effect<unknown, never, R>) =>
  work.pipe(
    Effect.sandbox,
    Effect.catch((cause) => Effect.logWarning("A round of alerts failed", cause)),
  );

const round = Effect.gen(function* () {
  const { db: { worker } } = yield* Desk;
  const due = yield* Effect.promise(() => claimAlerts(worker, { most: MOST, tryMs: KEPT_MS }));
  yield* Effect.forEach(due, send, { concurrency: "unbounded", discard: true });
});

const send = Effect.fn("worker.alert")(function* ({ attempts, at, ...alert }: Alert) {
  const { db: { worker }, vault, alerts } = yield* Desk;
  const { url, retry } = alerts!;
  const text = JSON.stringify({ ...alert, at: at.toISOString() });
  yield* post({ url, text, key: yield* Effect.promise(() => vault.derive("alerts")) }).pipe(
    Effect.andThen(Effect.promise(() => deliverAlert(worker, alert.id))),
    Effect.catch(({ message }) => {
      const delayMs = delayAfter(attempts + 1, retry, Math.random());
      return Effect.andThen(
        Effect.logWarning(`Cannot post alert ${alert.id}: ${message}`),
        Effect.promise(() => failAlert(worker, alert.id, { error: message, delayMs })),
      );
    }),
  );
});
