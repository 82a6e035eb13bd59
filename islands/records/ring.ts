/** Which rows are drawn: those in sight and a few beyond each edge, their elements going round in a ring. */
import { type Signal, signal } from "@preact/signals";

/** Before the screen has been measured. */
const FIRST_GUESS = 20;
/** Rows drawn beyond each edge: a wheel's turn shows no blank. */
const SPARE_ROWS = 8;

export class Ring {
  /** The first row in sight. */
  readonly first: Signal<number> = signal(0);
  /** How many are in sight. */
  readonly shown: Signal<number> = signal(FIRST_GUESS);
  #from = 0;
  #to = 0;
  #turned = 0;

  /**
   * The rows to draw, and the key of each: elements go round in a ring, so that scrolling moves a few of them instead
   * of making new ones. After a jump all rows are new and every element stays where it is: moving 40 took 20 ms.
   */
  rows(length: number): { from: number; to: number; key: (at: number) => number } {
    const first = Math.max(0, Math.min(this.first.value, length - this.shown.value));
    const from = Math.max(0, first - SPARE_ROWS);
    const to = Math.min(length, first + this.shown.value + SPARE_ROWS);
    const ring = this.shown.value + 2 * SPARE_ROWS + 1;
    if (from >= this.#to || to <= this.#from) this.#turned += this.#from - from;
    this.#from = from;
    this.#to = to;
    const turned = this.#turned;
    return { from, to, key: (at) => (((at + turned) % ring) + ring) % ring };
  }
}
