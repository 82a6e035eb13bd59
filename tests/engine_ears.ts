/** Waiting without sleeping: notifications and requests ring, and whoever waits looks again. */
import { EVENT, WORK } from "../db/notices.ts";
import type { Database } from "../db/sql.ts";
import type { Notice } from "../domain/event.ts";

/** Longer than anything here takes: what has not happened by then never will. */
const PATIENCE_MS = 15_000;

export interface Ears {
  readonly notices: Notice[];
  readonly ring: () => void;
  /** Settles at the next notification or request. */
  readonly rung: () => Promise<void>;
  readonly close: () => Promise<unknown>;
}

export async function listen(db: Database): Promise<Ears> {
  const notices: Notice[] = [];
  let next = Promise.withResolvers<void>();
  const ring = () => {
    next.resolve();
    next = Promise.withResolvers<void>();
  };
  const listeners = await Promise.all([
    db.owner.listen(EVENT, (payload) => {
      notices.push(...JSON.parse(payload));
      ring();
    }, ring),
    db.owner.listen(WORK, ring, ring),
  ]);
  return {
    notices,
    ring,
    rung: () => next.promise,
    close: () => Promise.all(listeners.map((listener) => listener.unlisten())),
  };
}

/** What the look finds, which is taken again whenever the ears ring until it finds something. */
export async function until<A>(
  what: string,
  look: () => Promise<A | false | undefined>,
  ears: Ears,
) {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`It never came to this: ${what}`)),
    PATIENCE_MS,
  );
  try {
    while (true) {
      const rung = ears.rung();
      const found = await look();
      if (found !== false && found !== undefined) return found as A;
      await Promise.race([rung, late.promise]);
    }
  } finally {
    clearTimeout(timer);
  }
}
