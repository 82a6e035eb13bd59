/** Where the time of a write went, as bars on one line, the latest first; and in a sentence. */
import type { Item } from "../details/job.ts";
import { span } from "../format.ts";
import { waterfallOf } from "./timing.ts";

export function WaterfallView({ item, again }: { readonly item: Item; readonly again: boolean }) {
  const waterfall = waterfallOf(item, again);
  if (waterfall === undefined) return null;
  return (
    <figure class="waterfall">
      <figcaption>{waterfall.words}</figcaption>
      <ol reversed aria-label="Where the time went, latest first">
        {waterfall.bars.map(({ name, kind, ms, x, width, cut }) => (
          <li key={name} class={`bar-${kind}`}>
            <span>{name}</span>
            <svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
              <rect class={cut ? "fill cut" : "fill"} x={x} width={width} height="10" />
            </svg>
            <span class="took" title={cut ? "Drawn shorter than it was" : undefined}>
              {span(ms)}
            </span>
          </li>
        ))}
      </ol>
    </figure>
  );
}
