/** A list from the API: its filter lives in the URL, its pages follow one another, and news brings it up to date. */
import { batch, type Signal, signal } from "@preact/signals";
import { call, query, Refusal } from "./api.ts";
import { soon } from "./breath.ts";

/** A page as the server read it for the first paint, or why it could not. */
export type Loaded<Page> =
  | { readonly page: Page; readonly problem?: undefined }
  | { readonly problem: string; readonly page?: undefined };

interface Paged {
  readonly nextCursor: string | null;
}

type Parameters = { readonly [name: string]: string | undefined };

interface ListingOptions<Filter, Page, Row> {
  readonly path: string;
  readonly filter: Filter;
  /** What the filter's names have in the page's address when nothing was chosen. */
  readonly nothing: Filter;
  readonly parameters: (filter: Filter) => Parameters;
  readonly loaded: Loaded<Page>;
  readonly rowsOf: (page: Page) => ReadonlyArray<Row>;
}

export class Listing<Filter extends object, Page extends Paged, Row> {
  readonly filter: Signal<Filter>;
  /** The first page, for what it tells beside its rows. */
  readonly page: Signal<Page | undefined>;
  readonly rows: Signal<ReadonlyArray<Row>>;
  readonly problem: Signal<string | undefined>;
  readonly busy: Signal<boolean> = signal(false);
  readonly cursor: Signal<string | null>;
  readonly #options: ListingOptions<Filter, Page, Row>;
  #asked = 0;

  constructor(options: ListingOptions<Filter, Page, Row>) {
    const { page, problem } = options.loaded;
    this.#options = options;
    this.filter = signal(options.filter);
    this.page = signal(page);
    this.rows = signal(page ? options.rowsOf(page) : []);
    this.problem = signal(problem);
    this.cursor = signal(page?.nextCursor ?? null);
  }

  /** Another filter: into the address, and the list anew. */
  refilter(change: Partial<Filter>): void {
    this.filter.value = { ...this.filter.peek(), ...change };
    const address = new URL(location.href);
    for (const [name, value] of Object.entries(this.filter.peek())) {
      if (value && value !== this.#options.nothing[name as keyof Filter]) {
        address.searchParams.set(name, value);
      } else address.searchParams.delete(name);
    }
    history.replaceState(history.state, "", address);
    void this.reload();
  }

  /** Soon, once for a whole burst of news. */
  readonly refresh: () => void = soon(() => this.reload());

  readonly reload = (): Promise<void> => this.#read(null);
  readonly more = (): Promise<void> => this.#read(this.cursor.peek());

  async #read(cursor: string | null): Promise<void> {
    const question = ++this.#asked;
    this.busy.value = true;
    try {
      const { path, parameters, rowsOf } = this.#options;
      const asked = { ...parameters(this.filter.peek()), ...(cursor && { cursor }) };
      const page = await call<Page>(`${path}?${query(asked)}`);
      if (question !== this.#asked) return;
      batch(() => {
        this.problem.value = undefined;
        this.cursor.value = page.nextCursor;
        this.rows.value = cursor ? [...this.rows.peek(), ...rowsOf(page)] : rowsOf(page);
        if (!cursor) this.page.value = page;
      });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (question === this.#asked) this.problem.value = error.message;
    } finally {
      if (question === this.#asked) this.busy.value = false;
    }
  }
}
