/** The metrics by their names: what the database counts, as families of samples by organization. */
import type { Counter, Gauges, Standing } from "../db/metrics.ts";
import { connectionFamilies } from "./connection_families.ts";
import { type Family, histogram, type Sample } from "./exposition.ts";

/** What one scrape reads. */
export interface Reading {
  readonly gauges: ReadonlyArray<Gauges>;
  readonly counters: ReadonlyArray<Counter>;
  readonly standings: ReadonlyArray<Standing>;
  /** Since any worker was last seen; infinite when none ever was. */
  readonly workerUnseenSeconds: number;
}

const ERROR_TYPES = [
  "no_answer",
  "not_sent",
  "rate_limited",
  "rejected",
  "server_error",
  "unauthorized",
  "unavailable",
  "version_conflict",
];

/** Every family, those by organization with a sample for each. */
export function familiesOf(
  { gauges, counters, standings, workerUnseenSeconds }: Reading,
): Family[] {
  const byOrganization = (value: (row: Gauges) => number): Sample[] =>
    gauges.map((row) => ({ labels: { organization: row.code }, value: value(row) }));
  const gauge = (name: string, help: string, value: (row: Gauges) => number): Family => ({
    name,
    type: "gauge",
    help,
    samples: byOrganization(value),
  });
  const sum = (code: string, metric: Counter["metric"], labels: Sample["labels"] = {}): number =>
    counters.filter((counter) =>
      counter.code === code && counter.metric === metric &&
      Object.entries(labels).every(([name, value]) => counter.labels[name] === value)
    ).reduce((total, { value }) => total + value, 0);
  const counter = (name: string, help: string, metric: Counter["metric"]): Family => ({
    name,
    type: "counter",
    help,
    samples: byOrganization(({ code }) => sum(code, metric)),
  });
  return [
    gauge(
      "pems_sync_queue_size",
      "Changes that wait for PEMS or are on their way",
      (row) => row.queued,
    ),
    gauge(
      "pems_sync_success_rate",
      "Percent of the changes of the last hour that came to an end which were synced, not dead",
      (row) => row.successPercent,
    ),
    {
      name: "pems_sync_latency_seconds",
      type: "histogram",
      help: "From commit to confirmed by PEMS",
      samples: gauges.flatMap(({ code }) =>
        histogram(
          { organization: code },
          {
            counts: bucketsOf(
              counters.filter((one) => one.code === code && one.metric === "latency"),
            ),
            sum: sum(code, "latency_sum"),
          },
        )
      ),
    },
    counter("pems_sync_conflicts_total", "Conflicts that were opened", "conflicts"),
    {
      name: "pems_sync_errors_total",
      type: "counter",
      help: "Writes that PEMS did not take, by the kind of its answer",
      samples: gauges.flatMap(({ code }) =>
        ERROR_TYPES.map((error_type) => ({
          labels: { organization: code, error_type },
          value: sum(code, "errors", { error_type }),
        }))
      ),
    },
    counter("pems_sync_success_total", "Changes that were synced", "latency"),
    counter("pems_sync_failures_total", "Changes that became dead letters", "failed"),
    gauge(
      "pems_sync_dead_letters",
      "Changes that failed and wait for a decision",
      (row) => row.dead,
    ),
    gauge(
      "pems_sync_oldest_pending_seconds",
      "Since the oldest change of the queue was committed",
      (row) => row.oldestSeconds,
    ),
    gauge(
      "pems_sync_unaccounted",
      "Changes that are in no place or in a contradicting one; must be 0",
      (row) => row.unaccounted,
    ),
    {
      name: "pems_sync_worker_last_seen_seconds",
      type: "gauge",
      help: "Since any worker was last seen; +Inf when none ever was",
      samples: [{ labels: {}, value: workerUnseenSeconds }],
    },
    {
      name: "pems_api_request_duration_seconds",
      type: "histogram",
      help: "Writes to PEMS, from the first byte to the answer, by its HTTP status",
      samples: requestSamples(counters),
    },
    ...connectionFamilies(gauges, standings),
  ];
}

const bucketsOf = (counters: ReadonlyArray<Counter>): ReadonlyMap<string, number> =>
  new Map(counters.map(({ labels, value }) => [labels["le"]!, value]));

function requestSamples(counters: ReadonlyArray<Counter>): ReadonlyArray<Sample> {
  const sums = counters.filter(({ metric }) => metric === "request_sum");
  return sums.flatMap(({ code, labels, value }) =>
    histogram(
      { organization: code, ...labels },
      {
        counts: bucketsOf(counters.filter((one) =>
          one.metric === "request" && one.code === code &&
          one.labels["method"] === labels["method"] && one.labels["status"] === labels["status"]
        )),
        sum: value,
      },
    )
  );
}
