/** What part of the plane is in sight: rows and days, by arithmetic and a measured header. */
import { batch, type Signal, signal } from "@preact/signals";
import { Ring } from "../records/ring.ts";
import { dayAt, type Days } from "./scale.ts";
import type { TimelineState } from "./state.ts";

export const ROW_HEIGHT = 44;

export class Sight extends Ring {
  /** Days to draw headers and costs for: those in sight and a screen beyond either edge, moved on screen by screen. */
  readonly days: Signal<Days> = signal({ from: 0, to: 0 });
  /** Of the columns before the axis, in pixels. */
  readonly pane: Signal<number> = signal(0);

  constructor(readonly chart: TimelineState) {
    super();
  }

  /** Takes in where the plane has been scrolled to, and its size. */
  look(plane: HTMLElement): void {
    const { chart } = this;
    batch(() => {
      this.first.value = Math.floor(plane.scrollTop / ROW_HEIGHT);
      this.shown.value = Math.ceil(roomOf(plane) / ROW_HEIGHT);
      this.pane.value = axisOf(plane).offsetLeft;
      chart.measured(Math.max(0, plane.clientWidth - this.pane.value));
      this.#frame();
    });
  }

  /** The plane was scrolled: by hand, or to where it had been told to. */
  scrolled(plane: HTMLElement): void {
    const { chart } = this;
    const scale = chart.scale.peek();
    // Between pixels lies what a far zoom makes of a day: told places are not rounded to what scrolling can tell.
    if (Math.abs(leftOf(chart) - plane.scrollLeft) >= 1) {
      chart.left.value = dayAt(scale, plane.scrollLeft);
    }
    this.look(plane);
  }

  #frame() {
    const { scale, left, width } = this.chart;
    const { pixels, from, to } = scale.peek();
    const screen = Math.max(1, width.peek()) / pixels;
    const nth = Math.floor(((left.peek() ?? from) - from) / screen);
    const days = {
      from: Math.max(from, Math.floor(from + (nth - 1) * screen)),
      to: Math.min(to, Math.ceil(from + (nth + 3) * screen)),
    };
    const known = this.days.peek();
    if (known.from !== days.from || known.to !== days.to) this.days.value = days;
  }
}

/** Where the axis is to be scrolled to, in pixels. */
export const leftOf = ({ scale, left }: TimelineState): number => {
  const { from, pixels } = scale.peek();
  return Math.max(0, ((left.peek() ?? from) - from) * pixels);
};

const axisOf = (plane: HTMLElement) => plane.querySelector<HTMLElement>(".t-axis")!;

/** The height left for rows, between the header and the costs. */
export function roomOf(plane: HTMLElement): number {
  const head = plane.querySelector<HTMLElement>(".t-head")!.offsetHeight;
  return plane.clientHeight - head -
    (plane.querySelector<HTMLElement>(".strip")?.offsetHeight ?? 0);
}

/** Scrolls so that the row is in sight. */
export function reveal(plane: HTMLElement, at: number): void {
  const top = at * ROW_HEIGHT;
  const room = roomOf(plane);
  if (top < plane.scrollTop) plane.scrollTop = top;
  else if (top + ROW_HEIGHT > plane.scrollTop + room) plane.scrollTop = top + ROW_HEIGHT - room;
}
