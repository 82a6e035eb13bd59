/** Beside the pointer while bars are dragged: the new dates, the shift, and what it costs. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { calendarDay, plural, signedMoney } from "../format.ts";
import { effect } from "./acting.ts";
import { moved, shiftWords } from "./moving.ts";
import type { TimelineState } from "./state.ts";
import { amount } from "./strip.tsx";

/** Pixels from the pointer, and from the window's edge. */
const AWAY = 16;

export function DragNote({ chart }: { readonly chart: TimelineState }) {
  const note = useRef<HTMLDivElement>(null);
  const drag = chart.drag.value;
  useLayoutEffect(() => {
    if (drag === undefined || note.current === null) return;
    const { offsetWidth, offsetHeight, style } = note.current;
    const below = drag.y + AWAY + offsetHeight < innerHeight;
    style.setProperty("left", `${Math.min(drag.x + AWAY, innerWidth - offsetWidth - AWAY)}px`);
    style.setProperty("top", `${below ? drag.y + AWAY : drag.y - AWAY - offsetHeight}px`);
  });
  if (drag === undefined) return null;
  const change = (span: Parameters<typeof moved>[0]) => moved(span, drag.grip, drag.days);
  const { start, end } = change(chart.forecast(drag.row));
  const cents = effect(chart, drag.rows, change);
  return (
    <div class="drag-note" ref={note} aria-hidden="true">
      <b>{calendarDay(start)} → {calendarDay(end)}</b>
      <span>
        {shiftWords(drag.days)}
        {drag.rows.size > 1 && ` · ${plural(drag.rows.size, "record")}`}
      </span>
      {cents !== undefined && (
        <span>{cents === 0n ? "Same cost" : `Cost ${signedMoney(amount(cents))}`}</span>
      )}
    </div>
  );
}
