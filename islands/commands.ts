/** What the page one is on can do, told to the command palette and to the list of keys. */
import { type Signal, signal } from "@preact/signals";
import type { IconName } from "./icons.tsx";

export interface Command {
  /** Stays the same, so that it can be found again among those used lately. */
  readonly id: string;
  readonly label: string;
  readonly icon: IconName;
  readonly keys?: string;
  readonly run: () => void;
}

/** Empty on the server: only islands that are awake offer anything. */
export const offered: Signal<ReadonlyArray<Command>> = signal([]);

/** Offers the commands until the returned function is called. */
export function offer(commands: ReadonlyArray<Command>): () => void {
  offered.value = [...offered.peek(), ...commands];
  return () => offered.value = offered.peek().filter((one) => !commands.includes(one));
}
