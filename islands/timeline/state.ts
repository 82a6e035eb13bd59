/** One timeline: the desk of records, and from where and how near they are looked at, picked and dragged. */
import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { type CivilDate, dayNumber, dayOf } from "../../domain/dates.ts";
import type { FieldName } from "../../domain/pfa.ts";
import type { FieldMeta } from "../field.ts";
import { Desk, type DeskProps } from "../records/desk.ts";
import type { Row } from "../records/records.ts";
import { isGroup } from "../records/view.ts";
import type { Grip, Span } from "./moving.ts";
import { type Outlook, outlookAddress } from "./outlook.ts";
import {
  dayAt,
  type Days,
  filling,
  joined,
  type Scale,
  scaleOf,
  yearsAround,
  type Zoom,
} from "./scale.ts";
import { type Spend, Spending } from "./spend.ts";

export interface TimelineProps extends DeskProps {
  readonly outlook: Outlook;
}

/** Bars on their way under the pointer. */
export interface Drag {
  readonly grip: Grip;
  /** The bar that is held, and all that go with it. */
  readonly row: Row;
  readonly rows: ReadonlySet<Row>;
  readonly days: number;
  /** Where the pointer is on the screen. */
  readonly x: number;
  readonly y: number;
}

/** The dates of the three bars. */
export const BAR_FIELDS = [
  "originalStart",
  "originalEnd",
  "forecastStart",
  "forecastEnd",
  "actualStart",
  "actualEnd",
] as const;
/** Of the screen's width: what lies before today when the page opens. */
const BEFORE_TODAY = 0.25;

/** The reader's day of the calendar. */
const localDay = (now: Date): CivilDate =>
  [now.getFullYear(), now.getMonth() + 1, now.getDate()]
    .map((part) => String(part).padStart(2, "0")).join("-");

export class TimelineState extends Desk {
  /** The reader's day; undefined while the server draws, which does not know it. */
  readonly today: CivilDate | undefined = typeof document === "undefined"
    ? undefined
    : localDay(new Date());
  readonly zoom: Signal<Zoom>;
  /** The day at the axis's left edge in sight, with what has passed of it; undefined until there is a screen. */
  readonly left: Signal<number | undefined> = signal(undefined);
  /** Of the axis in sight, in pixels; 0 until it has been measured. */
  readonly width: Signal<number> = signal(0);
  readonly scale: ReadonlySignal<Scale>;
  /** The place of the row that has the tab stop. */
  readonly cursor: Signal<number> = signal(0);
  readonly picked: Signal<ReadonlySet<Row>> = signal(new Set<Row>());
  readonly drag: Signal<Drag | undefined> = signal(undefined);
  readonly window: Signal<"help" | "dates" | "costs" | undefined> = signal(undefined);
  readonly seesMoney: boolean;
  /** What the records on show cost, month by month. */
  readonly spend: ReadonlySignal<Spend>;
  /** Why nobody's forecast is moved here by this user; undefined: it may be. */
  readonly locked: string | undefined;
  /** Set by moves, cleared when the cursor's row has got the focus. */
  wantsFocus = false;
  /** The other end of a selection by Shift. */
  #anchor = 0;
  #known: Days | undefined;

  constructor(override readonly props: TimelineProps) {
    super(props);
    this.zoom = signal(props.outlook.zoom);
    this.seesMoney = props.fields.some(({ kind }) => kind === "money");
    this.locked = this.field("forecastStart").locked;
    this.spend = this.#spending();
    this.scale = computed(() =>
      scaleOf(this.zoom.value, filling(this.#days(), this.zoom.value, this.width.value))
    );
  }

  #spending(): ReadonlySignal<Spend> {
    const spending = new Spending(this);
    let known = spending.of([]);
    return computed(() => {
      this.records.values.value;
      // While pages come in it would be added up again for each.
      if (this.loading.state.value !== "loading") known = spending.of(this.view.found.value);
      return known;
    });
  }

  field(name: FieldName): FieldMeta {
    return this.props.fields.find((field) => field.name === name)!;
  }

  date(row: Row, name: FieldName): CivilDate | null {
    return this.records.value(row, name) as CivilDate | null;
  }

  forecast(row: Row): Span {
    return { start: this.date(row, "forecastStart")!, end: this.date(row, "forecastEnd")! };
  }

  /** Why the record's forecast cannot be moved; undefined where it can. */
  lockOf(row: Row): string | undefined {
    return this.lockAt(row, this.field("forecastStart"));
  }

  /** From the first day to the last of all records, and what is looked at. It only grows: a shrinking axis would jump. */
  #days(): Days {
    this.records.values.value;
    let first = this.today ?? dayOf(0);
    let last = first;
    const asked = this.props.outlook.date;
    if (asked !== undefined) [first, last] = asked < first ? [asked, last] : [first, asked];
    for (let row = 0; row < this.records.size.value; row++) {
      for (const name of BAR_FIELDS) {
        const date = this.date(row, name);
        if (date === null) continue;
        if (date < first) first = date;
        if (date > last) last = date;
      }
    }
    const days = yearsAround(first, last);
    // What the server draws has no day yet, and is drawn anew.
    if (this.today === undefined) return days;
    return this.#known = joined(this.#known ?? days, days);
  }

  /** The axis has been measured; the first time, the outlook's date or today comes in sight. */
  measured(width: number): void {
    batch(() => {
      this.width.value = width;
      if (this.left.peek() !== undefined || width === 0) return;
      const { date } = this.props.outlook;
      if (date !== undefined) this.left.value = this.#bounded(dayNumber(date));
      else this.showToday();
    });
  }

  showToday(): void {
    this.lookAt(dayNumber(this.today!), BEFORE_TODAY);
  }

  /** Brings the day to that share of the screen's width. */
  lookAt(day: number, share: number): void {
    const { pixels } = this.scale.peek();
    this.left.value = this.#bounded(day - this.width.peek() * share / pixels);
    this.keepAddress();
  }

  /** What can stand at the left edge while the axis fills the screen. */
  #bounded(left: number): number {
    const { from, to, pixels } = this.scale.value;
    return Math.max(from, Math.min(left, to - this.width.peek() / pixels));
  }

  /** Looks nearer or farther; the day under the pixel of the screen stays there. */
  zoomTo(zoom: Zoom, x = this.width.peek() / 2): void {
    const before = this.scale.peek();
    const day = dayAt({ ...before, from: this.left.peek() ?? before.from }, x);
    batch(() => {
      this.zoom.value = zoom;
      this.left.value = this.#bounded(day - x / this.scale.value.pixels);
    });
    this.keepAddress();
  }

  keepAddress(): void {
    const left = this.left.peek();
    if (left === undefined) return;
    const outlook = { zoom: this.zoom.peek(), date: dayOf(Math.round(left)) };
    const { href } = outlookAddress(outlook, new URL(location.href));
    // Scrolling down ends often, and writing an address takes 4 ms.
    if (href !== location.href) history.replaceState(null, "", href);
  }

  /** The rows of records on show, in order, without headings of groups. */
  shownRows(): ReadonlyArray<Row> {
    return [...this.view.rows.peek()].filter((entry) => !isGroup(entry));
  }

  /** What a move is about: the picked records on show, if the cursor is among them or on none; else the cursor's. */
  targets(): ReadonlyArray<Row> {
    const row = this.rowAt(this.cursor.peek());
    const picked = this.picked.peek();
    if (row !== undefined && !picked.has(row)) return [row];
    return this.shownRows().filter((shown) => picked.has(shown));
  }

  /** Puts the cursor there, within what is on show. */
  moveTo(at: number): void {
    this.wantsFocus = true;
    this.cursor.value = Math.max(0, Math.min(at, this.view.rows.peek().length - 1));
  }

  /** The cursor goes there, and nothing else is picked any more. */
  go(at: number): void {
    batch(() => {
      this.moveTo(at);
      this.#anchor = this.cursor.peek();
      this.picked.value = new Set();
    });
  }

  /** Picks the record there alone. */
  pick(at: number): void {
    this.go(at);
    const row = this.rowAt(at);
    if (row !== undefined) this.picked.value = new Set([row]);
  }

  /** Picks the record there too, or no longer. */
  toggle(at: number): void {
    batch(() => {
      this.moveTo(at);
      this.#anchor = at;
      const row = this.rowAt(at);
      if (row === undefined) return;
      const picked = new Set(this.picked.peek());
      if (!picked.delete(row)) picked.add(row);
      this.picked.value = picked;
    });
  }

  /** Picks everything from where the selection began to there. */
  extendTo(at: number): void {
    batch(() => {
      this.moveTo(at);
      const ends = [this.#anchor, this.cursor.peek()].sort((a, b) => a - b) as [number, number];
      const rows = this.view.rows.peek().slice(ends[0], ends[1] + 1);
      this.picked.value = new Set([...rows].filter((entry) => !isGroup(entry)));
    });
  }

  pickAll(): void {
    this.picked.value = new Set(this.shownRows());
  }

  /** Brings the record's bar in sight along the axis. */
  showBar(row: Row): void {
    const { start, end } = this.forecast(row);
    const days = this.width.peek() / this.scale.peek().pixels;
    const long = dayNumber(end) - dayNumber(start) + 1;
    this.lookAt(dayNumber(start), long >= days ? 0.02 : (1 - long / days) / 2);
  }

  protected override goTo(row: Row): void {
    const at = this.view.rows.peek().indexOf(row);
    if (at >= 0) this.moveTo(at);
  }
}
