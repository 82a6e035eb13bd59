/** The bells: what happened to whom wakes the loop that looks after it, and no other. */
import { Context, Effect, Layer, PubSub, Queue, Stream } from "effect";
import { READ, WORK } from "../db/notices.ts";
import { Desk } from "./desk.ts";

export class Bell extends Context.Service<Bell, {
  /** Waits until the connection is rung for. */
  readonly rung: (connectionId: string) => Effect.Effect<void>;
  /** Rings for one connection: something of it may be claimable. */
  readonly ring: (connectionId: string) => void;
  /** Each time the connections may have changed, or the listener came back after a gap. */
  readonly connections: Stream.Stream<void>;
  /** Each time somebody wants PEMS read. */
  readonly readings: Stream.Stream<void>;
}>()("vanguard/worker/Bell") {
  static readonly layer = Layer.effect(
    Bell,
    Effect.gen(function* () {
      const { db } = yield* Desk;
      const bells = new Map<string, Queue.Queue<void>>();
      const connections = yield* PubSub.sliding<void>(1);
      const readings = yield* PubSub.sliding<void>(1);
      const read = () => PubSub.publishUnsafe(readings, undefined);
      const bellOf = (connectionId: string) => {
        const known = bells.get(connectionId);
        if (known !== undefined) return known;
        const made = Effect.runSync(Queue.sliding<void>(1));
        bells.set(connectionId, made);
        return made;
      };
      const ring = (connectionId: string) => {
        const known = bells.has(connectionId);
        // An empty payload concerns all.
        if (connectionId === "") {
          for (const bell of bells.values()) Queue.offerUnsafe(bell, undefined);
        } else Queue.offerUnsafe(bellOf(connectionId), undefined);
        if (!known) PubSub.publishUnsafe(connections, undefined);
      };
      // What was notified while nobody listened is lost: each time listening begins, everything is rung for.
      const listen = (channel: string, heard: (payload: string) => void) =>
        Effect.acquireRelease(
          Effect.promise(() => db.owner.listen(channel, heard, () => heard(""))),
          (listener) => Effect.promise(() => listener.unlisten()),
        );
      yield* listen(WORK, ring);
      yield* listen(READ, read);
      return {
        rung: (connectionId) => Queue.take(bellOf(connectionId)),
        ring,
        connections: Stream.fromPubSub(connections),
        readings: Stream.fromPubSub(readings),
      };
    }),
  );
}
