/** Something asked of the server from a form: whether it is under way, and why it was refused. */
import { type Signal, useSignal } from "@preact/signals";
import { Refusal } from "./api.ts";

export interface Attempt {
  readonly busy: Signal<boolean>;
  readonly problem: Signal<string | undefined>;
  /** Runs the work; whether it was not refused. */
  readonly run: (work: () => Promise<unknown>) => Promise<boolean>;
}

/** One at a time: while it is busy the form's button is disabled. */
export function useAttempt(): Attempt {
  const busy = useSignal(false);
  const problem = useSignal<string | undefined>(undefined);
  const run = async (work: () => Promise<unknown>) => {
    busy.value = true;
    problem.value = undefined;
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problem.value = error.message;
      return false;
    } finally {
      busy.value = false;
    }
  };
  return { busy, problem, run };
}

/** What the form holds, by name; a box that is not ticked is absent. */
export const formValues = (event: SubmitEvent): { readonly [name: string]: string } => {
  event.preventDefault();
  const form = new FormData(event.currentTarget as HTMLFormElement);
  return Object.fromEntries([...form].map(([name, value]) => [name, String(value).trim()]));
};
