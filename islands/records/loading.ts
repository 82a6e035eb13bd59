/** How records come into the tab: page after page at first, by name when something happened to them. */
import { type Signal, signal } from "@preact/signals";
import type { FieldName } from "../../domain/pfa.ts";
import { fetchPage, fetchRecords, Refusal } from "../api.ts";
import type { RecordPage } from "../record.ts";
import type { Records, Row } from "./records.ts";

/** A read sync announces page by page; waiting this long turns a burst into few requests. */
const GATHER_MS = 80;
/** Where no socket comes through, the records still do. */
const MOST_WAIT_MS = 3000;

export class Loading {
  readonly #organizationId: string;
  readonly #records: Records;
  readonly #unsaved: (row: Row) => ReadonlySet<FieldName>;
  readonly #wanted = new Set<string>();
  #gathering: ReturnType<typeof setTimeout> | undefined;
  /** Pages asked for before the socket was heard, by their cursors; undefined once it was. */
  #unheard: Array<string | undefined> | undefined = [];
  readonly #socket = Promise.withResolvers<void>();
  /** Pages that may be older than what the socket tells: to be read again. */
  #doubtful: Array<string | undefined> = [];
  readonly state: Signal<"loading" | "done" | "failed"> = signal("loading");
  readonly total: Signal<number | undefined> = signal(undefined);
  readonly message: Signal<string> = signal("");

  constructor(
    organizationId: string,
    records: Records,
    unsaved: (row: Row) => ReadonlySet<FieldName>,
  ) {
    this.#organizationId = organizationId;
    this.#records = records;
    this.#unsaved = unsaved;
  }

  /** Every record, once more if they are here already: after a gap in the live messages, or a failure. */
  async all(): Promise<void> {
    this.state.value = "loading";
    try {
      let cursor: string | undefined;
      do {
        this.#unheard?.push(cursor);
        const page = await this.#read(cursor);
        this.total.value = page.total ?? this.total.value;
        // After they are drawn, while the next page travels.
        setTimeout(this.#prepare);
        cursor = page.nextCursor ?? undefined;
        // What is read before the socket tells is read twice: better to wait a little with the rest.
        if (this.#unheard !== undefined && cursor !== undefined) await this.#hearing();
        await this.#readAgain();
      } while (cursor !== undefined);
      this.state.value = "done";
      this.total.value = this.#records.size.value;
      this.#gather();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.message.value = error.message;
      this.state.value = "failed";
    }
  }

  /** The socket tells from now on; nobody told what changed since the pages asked for until now were read. */
  heard(): void {
    this.#doubtful = this.#unheard ?? [];
    this.#unheard = undefined;
    this.#socket.resolve();
    // While pages come in it is their turn after the next: an older answer must not come last.
    if (this.state.peek() !== "loading") void this.#readAgain().catch(orLater);
  }

  /** The socket is heard, or long in coming. */
  #hearing(): Promise<void> {
    const late = new Promise<void>((resolve) => setTimeout(resolve, MOST_WAIT_MS));
    return Promise.race([this.#socket.promise, late]);
  }

  async #readAgain(): Promise<void> {
    for (const cursor of this.#doubtful.splice(0)) await this.#read(cursor);
  }

  async #read(cursor: string | undefined): Promise<RecordPage> {
    const asked = this.#records.now;
    const page = await fetchPage(this.#organizationId, { cursor });
    this.again(this.#records.take(page.records, asked, this.#unsaved));
    return page;
  }

  readonly #prepare = (): void => {
    if (this.#records.prepare()) setTimeout(this.#prepare);
  };

  /** The records again, soon and together with others asked for. While pages come in, after them. */
  readonly again = (pfaIds: ReadonlyArray<string>): void => {
    for (const pfaId of pfaIds) this.#wanted.add(pfaId);
    this.#gather();
  };

  #gather() {
    if (this.state.value !== "done" || this.#gathering !== undefined) return;
    if (this.#wanted.size === 0) return;
    this.#gathering = setTimeout(async () => {
      const pfaIds = [...this.#wanted];
      this.#wanted.clear();
      try {
        const asked = this.#records.now;
        const records = await fetchRecords(this.#organizationId, pfaIds);
        this.again(this.#records.take(records, asked, this.#unsaved));
      } catch (error) {
        orLater(error);
      }
      this.#gathering = undefined;
      this.#gather();
    }, GATHER_MS);
  }
}

/** Unreachable now: the reconnecting socket brings everything again. */
function orLater(error: unknown): void {
  if (!(error instanceof Refusal)) throw error;
}
