/** The loader: finds the islands of the page, imports them, and wakes them on the HTML the server drew. */
import { type ComponentType, h, hydrate } from "preact";

type Island = ComponentType<Record<string, unknown>>;

/** Each island is a chunk of its own: a page loads what it shows. */
const ISLANDS: { readonly [name: string]: () => Promise<{ readonly island: unknown }> } = {
  shell: () => import("./shell/shell.tsx"),
  bell: () => import("./shell/bell.tsx"),
  deck: () => import("./deck/deck.tsx"),
  grid: () => import("./grid/grid.tsx"),
  timeline: () => import("./timeline/timeline.tsx"),
  conflicts: () => import("./conflicts/conflicts.tsx"),
  history: () => import("./history/history.tsx"),
  metrics: () => import("./metrics/metrics.tsx"),
  admin: () => import("./admin/admin.tsx"),
  account: () => import("./account/account.tsx"),
  letters: () => import("./letters/letters.tsx"),
  audit: () => import("./audit/audit.tsx"),
  system: () => import("./system/system.tsx"),
};

const turn = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve();
    port2.postMessage(undefined);
  });

async function wake(element: HTMLElement): Promise<void> {
  const load = ISLANDS[element.dataset["island"] ?? ""];
  if (load === undefined) {
    throw new Error(`Cannot find the island ${element.dataset["island"]}`);
  }
  const { island } = await load();
  // Each in a task of its own, so that a key pressed meanwhile is heard in between.
  await turn();
  hydrate(h(island as Island, JSON.parse(element.dataset["props"] ?? "{}")), element);
}

await Promise.all([...document.querySelectorAll<HTMLElement>("[data-island]")].map(wake));
// Style sheets show what needs scripts from here on, and tests wait for it.
document.documentElement.dataset["ready"] = "";
