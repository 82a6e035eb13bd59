/** The metrics of how each organization reaches PEMS: its circuit, its budget, its pause, its credentials. */
import { type Gauges, PAUSES, type Standing } from "../db/metrics.ts";
import type { Family, Sample } from "./exposition.ts";

const CIRCUITS = { closed: 0, probing: 1, open: 2 };

/** A sample for each organization; those without a key have no credentials that could be old. */
export const connectionFamilies = (
  gauges: ReadonlyArray<Gauges>,
  standings: ReadonlyArray<Standing>,
): Family[] => [
  {
    name: "pems_api_rate_limit_hits",
    type: "untyped",
    help: "Answers 429 to the organization's connection, which it may share",
    samples: gauges.map((row) => sampleOf(row.code, Number(row.rateLimitHits))),
  },
  {
    name: "pems_circuit_state",
    type: "gauge",
    help: "Circuit to PEMS: 0 closed, 1 probing, 2 open",
    samples: gauges.map((row) => sampleOf(row.code, CIRCUITS[row.circuit])),
  },
  {
    name: "pems_api_budget_used_ratio",
    type: "gauge",
    help: "Part of the connection's calls per second that left in the last second",
    samples: gauges.map((row) => sampleOf(row.code, row.budgetUsed)),
  },
  {
    name: "pems_api_budget_calls_per_second",
    type: "gauge",
    help: "Calls per second that the organization's connection allows, which it may share",
    samples: standings.flatMap(({ code, rateLimit }) =>
      rateLimit === null ? [] : [sampleOf(code, rateLimit)]
    ),
  },
  {
    name: "pems_connection_paused",
    type: "gauge",
    help: "Whether nothing is sent for the organization, by what paused it",
    samples: standings.flatMap(({ code, pause }) =>
      PAUSES.map((reason) => sampleOf(code, Number(pause === reason), { reason }))
    ),
  },
  {
    name: "pems_credential_age_seconds",
    type: "gauge",
    help: "Since the organization's PEMS key was set, or first used where it is the environment's",
    samples: standings.flatMap(({ code, credentialSeconds }) =>
      credentialSeconds === null ? [] : [sampleOf(code, credentialSeconds)]
    ),
  },
];

const sampleOf = (code: string, value: number, labels: Sample["labels"] = {}): Sample => ({
  labels: { organization: code, ...labels },
  value,
});
