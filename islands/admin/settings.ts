/** An organization's settings as they are now, read again whenever the sync's health changes. */
import { type Signal, signal } from "@preact/signals";
import { call, Refusal } from "../api.ts";
import { soon } from "../breath.ts";
import type { Loaded } from "../listing.ts";
import { liveOf } from "../live.ts";
import type { Branch, Organization } from "./office.ts";

export class Settings {
  readonly now: Signal<Organization | undefined>;
  readonly problem: Signal<string | undefined>;
  readonly path: string;
  readonly #branch: Branch;

  constructor(branch: Branch, { page, problem }: Loaded<Organization>) {
    this.#branch = branch;
    this.path = `/api/admin/organizations/${branch.id}`;
    this.now = signal(page);
    this.problem = signal(problem);
  }

  readonly read = async (): Promise<void> => {
    try {
      this.now.value = await call<Organization>(this.path);
      this.problem.value = undefined;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.problem.value = error.message;
    }
  };

  /** A snapshot comes after every gap, between the server's reading for the page and the socket's beginning too. */
  readonly follow = (): () => void => {
    if (!this.#branch.permissions.includes("Read")) return () => {};
    const again = soon(this.read);
    return liveOf(this.#branch.id).listen(({ type }) => {
      if (type === "HEALTH" || type === "SNAPSHOT") again();
    });
  };
}
