/** News comes in bursts: what it calls for is done once for all of it, and not while nobody looks. */

const BREATH_MS = 1000;

/** Does the work soon, however often it is called until then; in a hidden tab, once that is looked at again. */
export function soon(work: () => void): () => void {
  let breath: ReturnType<typeof setTimeout> | undefined;
  const refresh = () => {
    breath ??= setTimeout(() => {
      breath = undefined;
      if (!document.hidden) work();
      else document.addEventListener("visibilitychange", refresh, { once: true });
    }, BREATH_MS);
  };
  return refresh;
}
