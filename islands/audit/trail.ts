/** The list of entries as it stays put: what is newer is counted, and shown when its reader wants it. */
import { batch, type Signal, signal } from "@preact/signals";
import { call, query, Refusal, serverNow } from "../api.ts";
import { liveOf } from "../live.ts";
import { Listing, type Loaded } from "../listing.ts";
import type { Entry, EntryPage } from "./entry.ts";
import { ALL_ENTRIES, type AuditFilter, auditQuery } from "./filter.ts";

const PATH = "/api/audit";
const LIMIT = "50";
/** News comes in bursts, and not all that is in the trail is news: looked for so often. */
const BREATH_MS = 1000;
const AGAIN_MS = 10_000;

export interface Newer {
  readonly entries: ReadonlyArray<Entry>;
  /** Undefined: they join what is listed. Else there is more in between than a page. */
  readonly instead: EntryPage | undefined;
}

export class Trail {
  readonly list: Listing<AuditFilter, EntryPage, Entry>;
  readonly newer: Signal<Newer | undefined> = signal(undefined);
  readonly #organizationId: string;
  #begun: number;
  #breath: ReturnType<typeof setTimeout> | undefined;

  constructor(
    organizationId: string,
    { filter, loaded, begun }: {
      readonly filter: AuditFilter;
      readonly loaded: Loaded<EntryPage>;
      readonly begun: number;
    },
  ) {
    this.#organizationId = organizationId;
    this.#begun = begun;
    this.list = new Listing({
      path: PATH,
      filter,
      nothing: ALL_ENTRIES,
      parameters: (filter) => ({ ...this.asked(filter), limit: LIMIT }),
      loaded,
      rowsOf: ({ entries }) => entries,
    });
  }

  /** What the API is asked for with this filter. */
  asked(filter = this.list.filter.value) {
    return auditQuery(this.#organizationId, filter, this.#begun);
  }

  refilter(change: Partial<AuditFilter>): void {
    this.#begun = serverNow();
    this.newer.value = undefined;
    this.list.refilter(change);
  }

  /** Looks for what is newer whenever something happened, and now and then. Returns the way to stop. */
  follow(): () => void {
    const soon = () => {
      this.#breath ??= setTimeout(() => {
        this.#breath = undefined;
        void this.#look();
      }, BREATH_MS);
    };
    const stop = liveOf(this.#organizationId).listen(soon);
    const again = setInterval(soon, AGAIN_MS);
    document.addEventListener("visibilitychange", soon);
    return () => {
      stop();
      clearInterval(again);
      document.removeEventListener("visibilitychange", soon);
    };
  }

  async #look(): Promise<void> {
    const { list } = this;
    if (document.hidden || list.busy.peek() || list.problem.peek() !== undefined) return;
    const filter = list.filter.peek();
    try {
      const page = await call<EntryPage>(
        `${PATH}?${query({ ...this.asked(filter), limit: LIMIT })}`,
      );
      if (filter === list.filter.peek() && !list.busy.peek()) this.#take(page);
    } catch (error) {
      // The list stays as it is, and the next look is soon.
      if (!(error instanceof Refusal)) throw error;
    }
  }

  #take(page: EntryPage): void {
    const rows = this.list.rows.peek();
    const fresh = new Map(page.entries.map((entry) => [entry.id, entry]));
    const known = new Set(rows.map(({ id }) => id));
    const entries = page.entries.filter(({ id }) => !known.has(id));
    const joins = entries.length < page.entries.length || rows.length === 0;
    batch(() => {
      // They have been sealed meanwhile.
      if (rows.some(({ id, link }) => link !== (fresh.get(id)?.link ?? link))) {
        this.list.rows.value = rows.map((row) => fresh.get(row.id) ?? row);
      }
      this.newer.value = entries.length === 0
        ? undefined
        : { entries, instead: joins ? undefined : page };
    });
  }

  /** Shows what is newer, above what is listed. */
  readonly show = (): void => {
    const newer = this.newer.peek();
    if (newer === undefined) return;
    const { entries, instead } = newer;
    batch(() => {
      this.newer.value = undefined;
      this.list.rows.value = instead ? entries : [...entries, ...this.list.rows.peek()];
      if (instead) this.list.cursor.value = instead.nextCursor;
    });
  };
}
