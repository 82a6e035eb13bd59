/** Conflicts move by what this tab does too: the list hears of it at once. */
import { signal } from "@preact/signals";

/** Counts what was resolved here; written by browsers' event handlers only. */
export const resolvedHere = signal(0);
