/** The mouse in the timeline: picks rows, drags bars and their ends, zooms by the wheel. */
import { parted, shift } from "./acting.ts";
import { editDates } from "./keys.ts";
import { zoomBy } from "./looking.ts";
import { type Grip, snapped } from "./moving.ts";
import type { TimelineState } from "./state.ts";

function placeOf(target: EventTarget | null): number | undefined {
  const at = (target as Element).closest<HTMLElement>("[data-at]")?.dataset["at"];
  return at === undefined ? undefined : Number(at);
}

/** Puts the cursor where the pointer went down; on a bar, perhaps a drag begins. */
export function point(chart: TimelineState, event: PointerEvent): void {
  const at = placeOf(event.target);
  if (at === undefined || event.button !== 0) return;
  const row = chart.rowAt(at);
  if (event.shiftKey) return chart.extendTo(at);
  if (event.ctrlKey || event.metaKey) return chart.toggle(at);
  const grip = (event.target as Element).closest<HTMLElement>("[data-grip]")?.dataset["grip"];
  const among = row !== undefined && chart.picked.peek().has(row);
  if (among && grip !== undefined) chart.moveTo(at);
  else chart.pick(at);
  // A finger scrolls instead; it has the form.
  if (grip === undefined || row === undefined || event.pointerType === "touch") return;
  new Dragging(chart, event, { at, grip: grip as Grip }).start();
}

/** Pixels that a hand trembles. */
const STILL = 4;
/** So near an edge of the plane a drag scrolls it, by so many pixels a frame. */
const EDGE = 36;
const STEP = 14;

interface Held {
  readonly at: number;
  readonly grip: Grip;
}

/** One drag, from the button's press to its release. */
class Dragging {
  readonly #chart: TimelineState;
  readonly #plane: HTMLElement;
  readonly #held: Held;
  readonly #from: number;
  readonly #on = new AbortController();
  #last: PointerEvent;

  constructor(chart: TimelineState, event: PointerEvent, held: Held) {
    this.#chart = chart;
    this.#plane = event.currentTarget as HTMLElement;
    this.#held = held;
    this.#last = event;
    this.#from = event.clientX + this.#plane.scrollLeft;
  }

  start(): void {
    const { signal } = this.#on;
    addEventListener("pointermove", (event) => this.#follow(event), { signal });
    addEventListener("pointerup", () => this.#drop(), { signal });
    addEventListener("pointercancel", () => this.#end(), { signal });
    addEventListener("keydown", this.#press, { signal, capture: true });
    addEventListener("keyup", this.#press, { signal, capture: true });
  }

  #follow(event: PointerEvent) {
    this.#last = event;
    const chart = this.#chart;
    const pixels = event.clientX + this.#plane.scrollLeft - this.#from;
    if (chart.drag.peek() === undefined) {
      if (Math.abs(pixels) < STILL) return;
      const lock = chart.lockOf(chart.rowAt(this.#held.at)!);
      if (lock !== undefined) {
        chart.said.value = `${chart.records.ids[chart.rowAt(this.#held.at)!]}: ${lock}`;
        return this.#end();
      }
      this.#plane.setPointerCapture(event.pointerId);
      requestAnimationFrame(this.#scroll);
    }
    this.#place(event.shiftKey);
  }

  #place(weekly: boolean) {
    const chart = this.#chart;
    const { clientX: x, clientY: y } = this.#last;
    const known = chart.drag.peek();
    const pixels = x + this.#plane.scrollLeft - this.#from;
    chart.drag.value = {
      grip: this.#held.grip,
      row: known?.row ?? chart.rowAt(this.#held.at)!,
      rows: known?.rows ?? new Set(parted(chart, chart.targets()).free),
      days: snapped(pixels, chart.scale.peek().pixels, weekly),
      x,
      y,
    };
  }

  readonly #scroll = () => {
    if (this.#on.signal.aborted) return;
    const { left, right } = this.#plane.getBoundingClientRect();
    const x = this.#last.clientX;
    const axis = right - this.#chart.width.peek();
    const step = x > right - EDGE ? STEP : x < Math.max(axis, left) + EDGE ? -STEP : 0;
    if (step !== 0) {
      this.#plane.scrollLeft += step;
      this.#place(this.#last.shiftKey);
    }
    requestAnimationFrame(this.#scroll);
  };

  readonly #press = (event: KeyboardEvent) => {
    const drag = this.#chart.drag.peek();
    if (drag === undefined) return;
    if (event.key === "Shift") return this.#place(event.type === "keydown");
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    this.#chart.said.value = "Cancelled: nothing was moved.";
    this.#end();
  };

  #drop() {
    const chart = this.#chart;
    const drag = chart.drag.peek();
    const targets = chart.targets();
    this.#end();
    if (drag === undefined) return chart.pick(this.#held.at);
    if (drag.days !== 0) shift(chart, targets, drag);
    else chart.said.value = "Nothing was moved.";
  }

  #end() {
    this.#on.abort();
    this.#chart.drag.value = undefined;
  }
}

export function click(chart: TimelineState, event: MouseEvent): void {
  const at = placeOf(event.target);
  if (at === undefined || event.shiftKey || event.ctrlKey || event.metaKey) return;
  const target = event.target as Element;
  const group = chart.view.groupAt(at);
  const row = chart.rowAt(at);
  if (group) chart.view.fold(group);
  else if (target.closest(".hint")) chart.showBar(row!);
  else if (target.closest(".badge")) chart.details.value = row;
}

export function openDates(chart: TimelineState, event: MouseEvent): void {
  const at = placeOf(event.target);
  if (at === undefined || chart.rowAt(at) === undefined) return;
  if ((event.target as Element).closest(".badge, .hint")) return;
  editDates(chart);
}

/** With Ctrl (or Cmd) the wheel zooms around the pointer. */
export function wheel(chart: TimelineState, event: WheelEvent): void {
  if (!(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  const plane = event.currentTarget as HTMLElement;
  const x = event.clientX - plane.getBoundingClientRect().right + chart.width.peek();
  const width = chart.width.peek();
  zoomBy(chart, Math.sign(event.deltaY), x < 0 || x > width ? width / 2 : x);
}
