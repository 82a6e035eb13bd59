/** A session that has ended: what asks waits until its user is signed in again, and then goes on by itself. */
import { type Signal, signal } from "@preact/signals";

/** Whether a call was answered 401 and nobody has signed in since. Never set on the server. */
export const expired: Signal<boolean> = signal(false);

let waiting: Array<() => void> = [];

/** Asks for a new sign-in; resolves once there is one. What is unsaved in the tab stays there meanwhile. */
export function signedInAgain(): Promise<void> {
  expired.value = true;
  return new Promise((resolve) => waiting.push(resolve));
}

/** The user is signed in again: what waits is sent again. */
export function goOn(): void {
  const resumed = waiting;
  waiting = [];
  expired.value = false;
  for (const resolve of resumed) resolve();
}
