/** The scrolling plane: header, the rows in sight with their bars, and the costs below; keeps the cursor in view. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { dayNumber } from "../../domain/dates.ts";
import { isGroup } from "../records/view.ts";
import { Head, Lines } from "./axis.tsx";
import { GroupLane } from "./group_lane.tsx";
import { press } from "./keys.ts";
import { Lane } from "./lane.tsx";
import { click, openDates, point, wheel } from "./pointing.ts";
import { type Scale, widthOf } from "./scale.ts";
import { leftOf, reveal, roomOf, ROW_HEIGHT, Sight } from "./sight.ts";
import type { TimelineState } from "./state.ts";
import { Strip } from "./strip.tsx";

export function Plane({ chart }: { readonly chart: TimelineState }) {
  const plane = useRef<HTMLDivElement>(null);
  const [sight] = useState(() => new Sight(chart));
  const rows = chart.view.rows.value;
  const scale = chart.scale.value;
  const days = sight.days.value;
  useFollowing(plane, chart, sight);
  const page = () => Math.max(1, Math.floor(roomOf(plane.current!) / ROW_HEIGHT) - 1);
  const width = sight.pane.value === 0 ? undefined : `${sight.pane.value + widthOf(scale)}px`;
  return (
    <div
      ref={plane}
      class={chart.drag.value === undefined ? "plane" : "plane dragging"}
      onScroll={() => sight.scrolled(plane.current!)}
      onPointerDown={(event) => point(chart, event)}
      onClick={(event) => click(chart, event)}
      onDblClick={(event) => openDates(chart, event)}
    >
      <div
        class="t-grid"
        role="treegrid"
        aria-label={`Timeline of ${chart.props.workplace.organizationName}`}
        aria-rowcount={rows.length + 1}
        aria-multiselectable="true"
        aria-busy={chart.loading.state.value === "loading" ? "true" : undefined}
        onKeyDown={(event) => press(chart, event, page())}
      >
        <div role="rowgroup" class="t-head">
          <Head chart={chart} scale={scale} days={days} />
        </div>
        <div
          role="rowgroup"
          class="t-rows"
          style={width && { width, height: `${rows.length * ROW_HEIGHT}px` }}
        >
          <Lines chart={chart} scale={scale} days={days} />
          {drawnLanes(chart, sight, scale)}
        </div>
      </div>
      {chart.seesMoney && <Strip {...{ chart, scale, days, width }} />}
    </div>
  );
}

/** The plane is measured, scrolled to where the outlook says, and keeps the focus on the cursor's row. */
function useFollowing(
  plane: { readonly current: HTMLDivElement | null },
  chart: TimelineState,
  sight: Sight,
): void {
  const rows = chart.view.rows.value;
  const scale = chart.scale.value;
  const left = chart.left.value;
  const look = () => sight.look(plane.current!);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(look);
    observer.observe(plane.current!);
    const zoom = (event: WheelEvent) => wheel(chart, event);
    const keep = () => chart.keepAddress();
    // Not passive: the browser would zoom the page.
    plane.current!.addEventListener("wheel", zoom, { passive: false });
    plane.current!.addEventListener("scrollend", keep);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    const wanted = leftOf(chart);
    if (Math.abs(plane.current!.scrollLeft - wanted) >= 1) plane.current!.scrollLeft = wanted;
    look();
  }, [scale, left]);
  // The cursor stays on what is on show: without it the timeline would have no tab stop.
  useLayoutEffect(() => {
    if (chart.cursor.peek() >= rows.length) chart.cursor.value = Math.max(0, rows.length - 1);
    look();
  }, [rows]);
  // A scrolled-away row loses its element to another: the focus goes where the cursor is.
  const held = typeof document !== "undefined" &&
    document.activeElement?.closest(".t-rows") !== null &&
    plane.current?.contains(document.activeElement);
  useLayoutEffect(() => {
    if (!held && !chart.wantsFocus) return;
    if (chart.wantsFocus) reveal(plane.current!, chart.cursor.peek());
    const lane = plane.current!.querySelector<HTMLElement>(`[data-at="${chart.cursor.peek()}"]`);
    if (lane === null) return;
    chart.wantsFocus = false;
    lane.focus({ preventScroll: true });
  });
}

function drawnLanes(chart: TimelineState, sight: Sight, scale: Scale) {
  const rows = chart.view.rows.value;
  const cursor = chart.cursor.value;
  const picked = chart.picked.value;
  const drag = chart.drag.value;
  const grouped = chart.view.shape.value.group !== "";
  const { from, to, key } = sight.rows(rows.length);
  const where = sideOf(chart, scale);
  const draw = (at: number, name: string | number) => {
    const entry = rows[at]!;
    const here = at === cursor;
    if (isGroup(entry)) {
      const group = chart.view.groupAt(at)!;
      return <GroupLane key={`group ${name}`} {...{ chart, at, group, scale, here }} />;
    }
    const dragged = drag?.rows.has(entry) ? drag : undefined;
    return (
      <Lane
        key={name}
        {...{ chart, at, scale, here, grouped }}
        row={entry}
        picked={picked.has(entry)}
        beyond={where(entry)}
        grip={dragged?.grip}
        days={dragged?.days ?? 0}
      />
    );
  };
  const drawn = [];
  // The cursor's row is always there: it holds the tab stop.
  if (cursor < from && cursor < rows.length) drawn.push(draw(cursor, "held"));
  for (let at = from; at < to; at++) drawn.push(draw(at, key(at)));
  if (cursor >= to && cursor < rows.length) drawn.push(draw(cursor, "held"));
  return drawn;
}

/** Tells on which side of what is in sight a record's forecast is; undefined: it shows. */
function sideOf(chart: TimelineState, { pixels }: Scale) {
  chart.records.values.value;
  const left = chart.left.value ?? -Infinity;
  const right = left + chart.width.value / pixels;
  return (row: number) => {
    const { start, end } = chart.forecast(row);
    return dayNumber(end) + 1 <= left ? "before" : dayNumber(start) >= right ? "after" : undefined;
  };
}
