/** The series on show: read anew for another time, and carried on by what the socket tells. */
import { batch, type Signal, signal } from "@preact/signals";
import type { Metrics } from "../../app/series.ts";
import type { LiveMessage, MetricsEvent, SyncCounts } from "../../domain/event.ts";
import { joined, totalsOf } from "../../domain/series.ts";
import { call, query, Refusal } from "../api.ts";
import type { Loaded } from "../listing.ts";
import { addressed, type Chosen, instant, metricsQuery, RANGES } from "./ranges.ts";

/** Marks, and series of coarser steps, are read anew this often. */
const REREAD_SECONDS = 60;

export class Feed {
  readonly chosen: Signal<Chosen>;
  readonly metrics: Signal<Metrics | undefined>;
  readonly problem: Signal<string | undefined>;
  readonly busy: Signal<boolean> = signal(false);
  /** Stands still while somebody reads. */
  readonly paused: Signal<boolean> = signal(false);
  readonly #organizationId: string;
  /** What the socket told last: where it changes, something has happened that is to be marked. */
  #health: SyncCounts["health"] | undefined;
  #asked = 0;

  constructor(organizationId: string, chosen: Chosen, loaded: Loaded<Metrics>) {
    this.#organizationId = organizationId;
    this.chosen = signal(chosen);
    this.metrics = signal(loaded.page);
    this.problem = signal(loaded.problem);
  }

  choose(chosen: Chosen): void {
    this.chosen.value = chosen;
    const address = new URL(location.href);
    for (const [name, value] of Object.entries(addressed(chosen))) {
      if (value === undefined) address.searchParams.delete(name);
      else address.searchParams.set(name, value);
    }
    history.replaceState(history.state, "", address);
    void this.read();
  }

  /** Goes on, with what was missed. */
  pause(paused: boolean): void {
    this.paused.value = paused;
    if (!paused) void this.read();
  }

  readonly read = async (): Promise<void> => {
    const question = ++this.#asked;
    this.busy.value = true;
    try {
      const asked = metricsQuery(this.#organizationId, this.chosen.peek(), Date.now() / 1000);
      const metrics = await call<Metrics>(`/api/pems/metrics?${query(asked)}`);
      if (question !== this.#asked) return;
      batch(() => {
        this.metrics.value = metrics;
        this.problem.value = undefined;
      });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (question === this.#asked) this.problem.value = error.message;
    } finally {
      if (question === this.#asked) this.busy.value = false;
    }
  };

  readonly hear = (message: LiveMessage): void => {
    const changed = this.#healthChanged(message);
    if (this.chosen.peek().range === undefined || this.paused.peek() || document.hidden) return;
    if (message.type === "SNAPSHOT" || changed) void this.read();
    if (message.type === "METRICS") this.#goOn(message);
  };

  #healthChanged(message: LiveMessage): boolean {
    if (message.type !== "SNAPSHOT" && message.type !== "HEALTH") return false;
    const { health } = message.status;
    const changed = this.#health !== undefined && this.#health !== health;
    this.#health = health;
    return changed;
  }

  #goOn({ series }: MetricsEvent): void {
    const { range } = this.chosen.peek();
    const shown = this.metrics.peek();
    const newest = series.at.at(-1);
    if (range === undefined || shown === undefined || newest === undefined) return;
    if (newest % REREAD_SECONDS === 0) return void this.read();
    if (shown.step !== series.step) return;
    const { from: _from, to: _to, totals: _totals, marks, ...known } = shown;
    const to = newest + series.step;
    const from = to - RANGES[range].seconds;
    const all = joined(known, series, from);
    this.metrics.value = {
      ...all,
      from: instant(from),
      to: instant(to),
      totals: totalsOf(all),
      marks,
    };
  }
}
