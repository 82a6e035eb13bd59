/** News comes in bursts: what it calls for is done once for all of it, and not while nobody looks. */

const BREATH_MS = 1000;

/**
 * Does the work soon, however often it is called until then, and not before it was done the last time: while news keeps
 * coming faster than a busy server answers, each answer would be thrown away for the next. In a hidden tab, once that is
 * looked at again.
 */
export function soon(work: () => Promise<void>): () => void {
  let breath: ReturnType<typeof setTimeout> | undefined;
  let stale = false;
  const catchUp = async () => {
    try {
      if (document.hidden) {
        document.addEventListener("visibilitychange", refresh, { once: true });
        return;
      }
      stale = false;
      await work();
    } finally {
      breath = undefined;
    }
    if (stale) refresh();
  };
  const refresh = () => {
    stale = true;
    breath ??= setTimeout(() => void catchUp(), BREATH_MS);
  };
  return refresh;
}
