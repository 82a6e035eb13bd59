/** Work that costs as much for many as for one: what comes while it is under way goes together next. */

export interface Group {
  /** Runs at once. */
  readonly abreast: number;
  /** In one run. */
  readonly most: number;
}

/**
 * Hands what comes to `run` in groups: the first at once, then whatever came meanwhile. Nothing waits for company.
 * `run` settles each of its group, in its order, and never throws.
 */
export function together<A, B>(
  run: (group: ReadonlyArray<A>) => Promise<ReadonlyArray<PromiseSettledResult<B>>>,
  { abreast, most }: Group,
): (one: A) => Promise<B> {
  const waiting: Array<{ readonly one: A; readonly told: PromiseWithResolvers<B> }> = [];
  let running = 0;
  const start = async () => {
    if (running === abreast || waiting.length === 0) return;
    const group = waiting.splice(0, most);
    running++;
    const outcomes = await run(group.map(({ one }) => one));
    running--;
    for (const [nth, outcome] of outcomes.entries()) {
      const { told } = group[nth]!;
      if (outcome.status === "fulfilled") told.resolve(outcome.value);
      else told.reject(outcome.reason);
    }
    await start();
  };
  return (one) => {
    const told = Promise.withResolvers<B>();
    waiting.push({ one, told });
    start();
    return told.promise;
  };
}
