/** What a look at a plot of the dashboard tells: in words, of every line that has something to tell. */
import assert from "node:assert/strict";
import { seriesOf } from "../domain/series.ts";
import { PANELS, sentence } from "../islands/metrics/panels.ts";

const told = (id: string, rows: Parameters<typeof seriesOf>[0]): string => {
  const panel = PANELS.find((one) => one.id === id)!;
  const series = seriesOf(rows, { from: 0, to: 120, step: 60, now: 120 });
  return sentence(panel, panel.lines(series), (nth) => `minute ${nth}`);
};

Deno.test("every type of error is told, and those that never came are not", () => {
  const rows = [
    { at: 0, counts: { "errors/rejected": 4, "errors/unavailable": 7 }, gauges: {}, samples: 0 },
    { at: 60, counts: { "errors/rejected": 2 }, gauges: {}, samples: 0 },
  ];
  assert.equal(
    told("errors", rows),
    "rejected: 2.0 at last, 2.0 at least, 4.0 at most at minute 0. Besides, at most: unavailable 7.0.",
  );
  assert.equal(told("errors", []), "Nothing was counted in this time.");
});

Deno.test("a limit is told of by its line alone", () => {
  const rows = [{
    at: 0,
    counts: { "latency/1": 60, "request/PUT/200": 30 },
    gauges: { limit: 10 },
    samples: 1,
  }];
  assert.doesNotMatch(told("throughput", rows), /limit/);
  assert.match(told("throughput", rows), /Besides, at most: writes 0\.5\.$/);
});
