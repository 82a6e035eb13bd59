/** One conflict while a person decides it: the choices, what they come to, and what the server says of it. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { ResolutionName } from "../../domain/resolution.ts";
import { call, Refusal } from "../api.ts";
import type { FieldMeta, Workplace } from "../field.ts";
import { readTyped } from "../grid/reading.ts";
import type { Value } from "../record.ts";
import { type Conflict, type Line, linesOf } from "./conflict.ts";
import { keep, type Pick, type Picks, remember } from "./picks.ts";

export type Preview =
  | { readonly _tag: "none" | "asking" }
  | { readonly _tag: "stands"; readonly changes: { readonly [name: string]: { to: unknown } } }
  | { readonly _tag: "refused"; readonly refusal: Refusal };

/** Typing asks the server once, when it pauses. */
const PAUSE_MS = 200;

export class Deciding {
  readonly lines: ReadonlyArray<Line>;
  readonly disputed: ReadonlyArray<Line>;
  readonly mode: Signal<ResolutionName>;
  readonly picks: Signal<Picks>;
  readonly preview: Signal<Preview> = signal({ _tag: "none" });
  readonly busy: Signal<boolean> = signal(false);
  /** Whether choices of an earlier conflict of the record are shown. */
  readonly remembered: boolean;
  readonly decided: ReadonlySignal<number>;
  readonly #key: string;
  #asked = 0;
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly conflict: Conflict,
    fields: ReadonlyArray<FieldMeta>,
    readonly workplace: Workplace,
  ) {
    this.lines = linesOf(conflict, fields);
    this.disputed = this.lines.filter(({ disputed }) => disputed);
    this.#key = `${workplace.organizationId}/${conflict.pfaId}`;
    const kept = remember(this.#key);
    const known = this.disputed.filter(({ name }) => kept[name]);
    this.remembered = this.whyNoMerge === undefined && known.length > 0;
    this.picks = signal(this.remembered ? kept : {});
    this.mode = signal(this.whyNoMerge === undefined ? "merge" : "use_pems");
    this.decided = computed(() =>
      this.disputed.filter((line) => this.valueOf(line) !== undefined).length
    );
  }

  get open(): boolean {
    return this.conflict.status === "unresolved" && this.workplace.maySync;
  }

  /** Why the fields cannot be decided one by one; undefined where they can. */
  get whyNoMerge(): string | undefined {
    if (this.conflict.kind === "delete") {
      return "A deletion is all or nothing: delete the record after all, or keep it as PEMS has it.";
    }
    if (this.disputed.some(({ field }) => field === undefined)) {
      return "This is about an amount you may not see: take one side as a whole, or leave it to a colleague.";
    }
    const locked = this.disputed.find(({ field }) => field?.locked);
    return locked && `${locked.label} cannot be set here. ${locked.field!.locked}`;
  }

  /** What a field's choice comes to; undefined: not decided, or not readable yet. */
  valueOf(line: Line): Value | undefined {
    const pick = this.picks.value[line.name];
    switch (pick?.by) {
      case undefined:
        return undefined;
      case "mine":
        return line.mine;
      case "pems":
        return line.pems;
      case "typed": {
        const reading = readTyped(line.field!, pick.text);
        return "value" in reading ? reading.value : undefined;
      }
    }
  }

  /** What is wrong with a typed value. */
  complaintOf(line: Line): string | undefined {
    const pick = this.picks.value[line.name];
    if (pick?.by !== "typed" || pick.text === "") return undefined;
    const reading = readTyped(line.field!, pick.text);
    return "message" in reading ? reading.message : undefined;
  }

  choose(line: Line, pick: Pick): void {
    this.picks.value = { ...this.picks.value, [line.name]: pick };
    keep(this.#key, this.picks.value);
    this.mode.value = "merge";
    this.judge();
  }

  /** All fields from one side, to be changed one by one from there; or one side as it is. */
  setMode(mode: ResolutionName): void {
    this.mode.value = mode;
    this.judge();
  }

  get ready(): boolean {
    return this.mode.value !== "merge" || this.decided.value === this.disputed.length;
  }

  /** Asks the server what the choice comes to; the newest question counts. */
  judge(): void {
    clearTimeout(this.#pause);
    const question = ++this.#asked;
    if (!this.open || !this.ready) {
      this.preview.value = { _tag: "none" };
      return;
    }
    this.preview.value = { _tag: "asking" };
    this.#pause = setTimeout(() => void this.#ask(question), PAUSE_MS);
  }

  async #ask(question: number): Promise<void> {
    const answer = await this.#send(true).then(
      ({ appliedChanges }): Preview => ({ _tag: "stands", changes: appliedChanges }),
      (error): Preview => {
        if (!(error instanceof Refusal)) throw error;
        return { _tag: "refused", refusal: error };
      },
    );
    if (question === this.#asked) this.preview.value = answer;
  }

  /** Resolves the conflict. @throws Refusal */
  async resolve(): Promise<void> {
    this.busy.value = true;
    try {
      await this.#send(false);
    } finally {
      this.busy.value = false;
    }
  }

  /** The server refused the resolution itself. */
  refuse(refusal: Refusal): void {
    this.#asked++;
    this.preview.value = { _tag: "refused", refusal };
  }

  #send(preview: boolean): Promise<{ appliedChanges: { [name: string]: { to: unknown } } }> {
    const resolution = this.mode.peek();
    const values = this.disputed.map((line) => [line.name, this.valueOf(line)]);
    return call(`/api/pems/conflicts/${this.conflict.id}/resolve`, {
      resolution,
      ...(resolution === "merge" && { mergedData: Object.fromEntries(values) }),
      ...(preview && { preview }),
    });
  }
}
