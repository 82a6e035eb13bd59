/** A real Prometheus that scrapes one app process every second, with the product's rules made as hasty. */
import { freePort } from "../load/bench/processes.ts";
import { until } from "../load/bench/person.ts";
import { find } from "./promtool.ts";

export interface Series {
  readonly metric: { readonly [label: string]: string };
  readonly value: readonly [at: number, value: string];
}

export interface Rule {
  readonly name: string;
  readonly type: "alerting" | "recording";
  readonly query: string;
  readonly health: "ok" | "err" | "unknown";
  readonly lastError?: string;
}

export interface Alert {
  readonly labels: { readonly [label: string]: string };
  readonly annotations: { readonly [name: string]: string };
  readonly state: "pending" | "firing";
}

export interface Prometheus {
  /** The answer to a query, as of now. Throws with Prometheus's words when it cannot be answered. */
  query(expression: string): Promise<ReadonlyArray<Series>>;
  rules(): Promise<ReadonlyArray<Rule>>;
  alerts(): Promise<ReadonlyArray<Alert>>;
}

const OURS = new URL("../ops/prometheus/", import.meta.url);

/** Runs the work with a Prometheus that is gone afterwards. */
export async function withPrometheus(
  { target, folder }: { readonly target: string; readonly folder: string },
  work: (prometheus: Prometheus) => Promise<void>,
): Promise<void> {
  const config = await Deno.readTextFile(new URL("prometheus.yml", OURS));
  const rules = await Deno.readTextFile(new URL("rules.yml", OURS));
  await Deno.writeTextFile(
    `${folder}/prometheus.yml`,
    config.replaceAll("15s", "1s").replace("app:8000", target),
  );
  // What must last for minutes before somebody is woken lasts a second here.
  await Deno.writeTextFile(
    `${folder}/rules.yml`,
    rules.replaceAll(/for: \d+[mh]/g, "for: 1s").replaceAll("interval: 30s", "interval: 1s"),
  );
  const address = `127.0.0.1:${freePort()}`;
  const server = new Deno.Command(find("prometheus")!, {
    args: [
      ...[`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/series`],
      ...[`--web.listen-address=${address}`, "--log.level=error"],
    ],
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  const ask = async (path: string) => {
    const response = await fetch(`http://${address}${path}`);
    const { status, data, error } = await response.json();
    if (status !== "success") throw new Error(`Prometheus cannot answer ${path}: ${error}`);
    return data;
  };
  try {
    const isReady = () =>
      fetch(`http://${address}/-/ready`).then(
        async (answer) => (await answer.text(), answer.ok),
        () => false,
      );
    await until(isReady, (ready) => ready);
    await work({
      query: async (expression) =>
        (await ask(`/api/v1/query?query=${encodeURIComponent(expression)}`)).result,
      rules: async () =>
        (await ask("/api/v1/rules")).groups
          .flatMap(({ rules }: { rules: ReadonlyArray<Rule> }) => rules),
      alerts: async () => (await ask("/api/v1/alerts")).alerts,
    });
  } finally {
    server.kill();
    await server.status;
  }
}
