/** CPU time that processes have used, as Linux counts it. */

/** Of `getconf CLK_TCK`, which is 100 on every Linux in use. */
const TICK_MS = 10;

interface Stat {
  readonly parent: number;
  /** Its own, and that of children it has waited for. */
  readonly ms: number;
}

function statOf(pid: number): Stat | undefined {
  try {
    const text = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // The name, in parentheses, may hold blanks.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ").map(Number);
    return { parent: fields[1]!, ms: fields.slice(11, 15).reduce((a, b) => a + b) * TICK_MS };
  } catch {
    return undefined;
  }
}

export const parentOf = (pid: number): number => statOf(pid)!.parent;

/** Ms of the process and of its children, alive or gone. */
export function cpuMs(pid: number): number {
  let sum = statOf(pid)?.ms ?? 0;
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = statOf(Number(name));
    if (stat?.parent === pid) sum += stat.ms;
  }
  return sum;
}
