/** A bulk change while a person puts it together: the records, the operation, what the server says would come of it. */
import { batch, type Signal, signal } from "@preact/signals";
import type { BulkReport } from "../../../app/bulk_shapes.ts";
import { call, fetchPage, Refusal } from "../../api.ts";
import type { FieldMeta, Workplace } from "../../field.ts";
import { addressOf, apiQuery, type Shape } from "../../records/shape.ts";
import { handedOver, PARAMETER, readFilters, recordsOf } from "./filter.ts";
import { BLANK, type Form, kindsFor, readForm } from "./operation.ts";

/** Typing asks the server once, when it pauses. */
const PAUSE_MS = 250;

export class Plan {
  readonly filters: Signal<Shape>;
  /** What GridLab handed over; undefined: the filters choose. */
  readonly selection: Signal<ReadonlyArray<string> | undefined>;
  readonly form: Signal<Form>;
  readonly withDrafts: Signal<boolean> = signal(false);
  readonly reason: Signal<string> = signal("");
  /** How many records are chosen; undefined: not known yet, or none are chosen. */
  readonly count: Signal<number | undefined> = signal(undefined);
  readonly report: Signal<BulkReport | undefined> = signal(undefined);
  readonly problem: Signal<string | undefined> = signal(undefined);
  /** What is wrong with the form. */
  readonly complaint: Signal<string | undefined> = signal(undefined);
  readonly busy: Signal<"asking" | "saving" | undefined> = signal(undefined);
  #asked = 0;
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly workplace: Workplace,
    readonly fields: ReadonlyArray<FieldMeta>,
    search: string,
  ) {
    const handed = new URLSearchParams(search).get(PARAMETER) === "selection";
    this.filters = signal(readFilters(search));
    this.selection = signal(handed ? handedOver(workplace.organizationId) : undefined);
    const [kind = "set"] = kindsFor(fields, workplace);
    this.form = signal({ ...BLANK, kind });
    this.ask();
  }

  narrow(part: Partial<Shape>): void {
    this.filters.value = { ...this.filters.peek(), ...part };
    history.replaceState(
      history.state,
      "",
      addressOf(this.filters.peek(), new URL(location.href)),
    );
    this.ask();
  }

  /** The filters choose again. */
  forgetSelection(): void {
    this.selection.value = undefined;
    const address = new URL(location.href);
    address.searchParams.set(PARAMETER, "1");
    history.replaceState(history.state, "", address);
    this.ask();
  }

  fill(part: Partial<Form>): void {
    this.form.value = { ...this.form.peek(), ...part };
    this.ask();
  }

  setWithDrafts(withDrafts: boolean): void {
    this.withDrafts.value = withDrafts;
    this.ask();
  }

  /** Asks what would come of it, soon; the newest question counts. */
  ask(): void {
    clearTimeout(this.#pause);
    const question = ++this.#asked;
    const read = readForm(this.form.peek(), this.fields);
    batch(() => {
      this.complaint.value = "message" in read ? read.message : undefined;
      this.report.value = undefined;
      this.problem.value = undefined;
      this.busy.value = "asking";
    });
    this.#pause = setTimeout(() => void this.#ask(question), PAUSE_MS);
  }

  async #ask(question: number): Promise<void> {
    const records = recordsOf(this.filters.peek(), this.selection.peek());
    const read = readForm(this.form.peek(), this.fields);
    try {
      const known: { count: number | undefined; report?: BulkReport } = records === undefined
        ? { count: undefined }
        : "operation" in read
        ? await this.#send({ preview: true }).then((report) => ({ count: report.matched, report }))
        : { count: await this.#counted() };
      if (question !== this.#asked) return;
      batch(() => {
        this.count.value = known.count;
        this.report.value = known.report;
        this.busy.value = undefined;
      });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (question !== this.#asked) return;
      batch(() => {
        this.count.value = undefined;
        this.problem.value = error.message;
        this.busy.value = undefined;
      });
    }
  }

  async #counted(): Promise<number> {
    const selection = this.selection.peek();
    if (selection !== undefined) return selection.length;
    const asked = { ...apiQuery(this.filters.peek()), limit: "1" };
    return (await fetchPage(this.workplace.organizationId, asked)).total ?? 0;
  }

  /** Saves what was previewed as drafts: that many, or nothing. @throws Refusal */
  async save(): Promise<BulkReport> {
    this.busy.value = "saving";
    try {
      return await this.#send({ expected: this.report.peek()!.changed });
    } finally {
      this.busy.value = undefined;
    }
  }

  #send(how: { readonly preview: true } | { readonly expected: number }): Promise<BulkReport> {
    const read = readForm(this.form.peek(), this.fields);
    if (!("operation" in read)) throw new Error("Cannot send an operation that is not finished");
    const reason = this.reason.peek().trim();
    return call("/api/pfa-data/bulk", {
      organizationId: this.workplace.organizationId,
      records: recordsOf(this.filters.peek(), this.selection.peek()),
      operation: read.operation,
      withDrafts: this.withDrafts.peek(),
      ...(reason && { changeReason: reason }),
      ...how,
    });
  }
}
