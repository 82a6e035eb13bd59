/** What is shown of the system, read again every few seconds while somebody may see it. */
import { batch, type Signal, signal } from "@preact/signals";
import { call, query, Refusal } from "../api.ts";
import type { Loaded } from "../listing.ts";
import type { System } from "./standing.ts";

const EVERY_MS = 5000;

export class Polling {
  readonly system: Signal<System | undefined>;
  readonly problem: Signal<string | undefined>;
  /** Stands still while somebody reads. */
  readonly paused: Signal<boolean> = signal(false);
  readonly #organizationId: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(organizationId: string, loaded: Loaded<System>) {
    this.#organizationId = organizationId;
    this.system = signal(loaded.page);
    this.problem = signal(loaded.problem);
  }

  /** Begins; returns the way to stop. A hidden page asks nothing, and asks at once when it is looked at again. */
  start(): () => void {
    const look = () => {
      if (!document.hidden && !this.paused.peek()) void this.read();
    };
    document.addEventListener("visibilitychange", look);
    this.#next();
    return () => {
      this.#stopped = true;
      clearTimeout(this.#timer);
      document.removeEventListener("visibilitychange", look);
    };
  }

  pause(paused: boolean): void {
    this.paused.value = paused;
    if (!paused) void this.read();
  }

  readonly read = async (): Promise<void> => {
    clearTimeout(this.#timer);
    try {
      const asked = query({ organizationId: this.#organizationId });
      const system = await call<System>(`/api/admin/system?${asked}`);
      batch(() => {
        this.system.value = system;
        this.problem.value = undefined;
      });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.problem.value = error.status === 0
        ? "The server cannot be reached. What you see may be old."
        : error.message;
    } finally {
      this.#next();
    }
  };

  #next(): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      if (document.hidden || this.paused.peek()) this.#next();
      else void this.read();
    }, EVERY_MS);
  }
}
