/** Rules and dashboard against a real Prometheus: they hold in its own tests, and live, from an outage to its alert. */
import assert from "node:assert/strict";
import { freePort } from "../load/bench/processes.ts";
import { type Person, signIn, until } from "../load/bench/person.ts";
import { type Product, startProduct, withFolder } from "./product.ts";
import { type Prometheus, withPrometheus } from "./prometheus.ts";
import { onPrometheus, promtool } from "./promtool.ts";
import { type Receiver, withReceiver } from "./webhook.ts";

const cwd = new URL("../ops/prometheus/", import.meta.url);

onPrometheus("the rules fire when they should, and are silent when they should not", async () => {
  await promtool(["test", "rules", "rules.test.yml"], { cwd });
});

onPrometheus("Prometheus takes its configuration", async () => {
  const said = await promtool(["check", "config", "--lint=all", "prometheus.yml"], { cwd });
  assert.doesNotMatch(said, /FAILED|duplicate/);
});

interface Panel {
  readonly title: string;
  readonly targets?: ReadonlyArray<{ readonly expr: string }>;
}

/** Every query of the dashboard as Grafana would send it, with its panel. */
function dashboard(): ReadonlyArray<readonly [panel: string, query: string]> {
  const { panels, templating, annotations } = JSON.parse(
    Deno.readTextFileSync(new URL("../grafana/vanguard.json", cwd)),
  );
  assert.equal(templating.list[0].query.query, "label_values(pems_sync_queue_size, organization)");
  const queries = (panels as Panel[]).flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => [title, expr] as const)
  );
  return [...queries, ["Alerts", annotations.list[0].expr] as const].map(([title, expr]) => [
    title,
    expr.replaceAll("$organization", ".*").replaceAll("$__rate_interval", "1m"),
  ]);
}

/** Edits so many records of RIO and commits them; returns the organization. */
async function edit(ana: Person, count: number): Promise<string> {
  const { organizations } = await ana.get<{ organizations: { id: string; code: string }[] }>(
    "/api/auth/me",
  );
  const organizationId = organizations.find(({ code }) => code === "RIO")!.id;
  const { records } = await until(
    () =>
      ana.get<{ records: Array<{ pfaId: string; data: { isDiscontinued: boolean } }> }>(
        `/api/pfa-data?organizationId=${organizationId}&limit=${count * 2}`,
      ),
    ({ records }) => records.length === count * 2,
  );
  const chosen = records.filter(({ data }) => !data.isDiscontinued).slice(0, count);
  const description = crypto.randomUUID();
  await ana.post("/api/pfa-data/save-draft", {
    organizationId,
    drafts: chosen.map(({ pfaId }) => ({ pfaId, changes: { description } })),
  });
  await ana.post("/api/pfa-data/commit-drafts", { organizationId });
  return organizationId;
}

const valueOf = async (prometheus: Prometheus, query: string) =>
  Number((await prometheus.query(query))[0]?.value[1] ?? NaN);

onPrometheus(
  "a running product fills the dashboard, and an outage reaches Prometheus, the bell and the webhook",
  () =>
    withFolder((folder) =>
      withReceiver(async (receiver) => {
        const product = await startProduct(`${folder}/data`, freePort(), {
          ALERT_WEBHOOK_URL: receiver.url,
          WRITE_SYNC_RETRY_DELAY: "300",
        });
        try {
          const target = new URL(product.origin).host;
          await withPrometheus({ target, folder }, async (prometheus) => {
            await showsLoad(product, prometheus);
            await tellsOutage(product, prometheus, receiver);
          });
        } finally {
          await product.stop();
        }
      })
    ),
);

async function showsLoad(product: Product, prometheus: Prometheus): Promise<void> {
  await product.faults({ rateLimit: 0 });
  await until(() => prometheus.query("pems_sync_success_total"), (series) => series.length >= 2);
  const ana = await signIn(product.origin, product.ana.username, product.ana.password);
  await edit(ana, 8);
  const grown = 'increase(pems_sync_success_total{organization="RIO"}[1m])';
  await until(() => valueOf(prometheus, grown), (value) => value > 4);
  for (const [panel, query] of dashboard()) {
    // On a busy machine a scrape may come late, and then nothing is known for a moment.
    let tries = 0;
    const known = (series: ReadonlyArray<unknown>) => series.length > 0 || ++tries > 40;
    // Nothing fires yet.
    if (panel === "Alerts") await prometheus.query(query);
    else {
      const series = await until(() => prometheus.query(query), known, 250);
      assert.ok(series.length > 0, `${panel} is empty: ${query}`);
    }
  }
  const rules = await until(
    () => prometheus.rules(),
    (rules) => rules.every(({ health }) => health !== "unknown"),
  );
  for (const { name, health, lastError } of rules) {
    assert.equal(health, "ok", `${name} ${lastError}`);
  }
  const firing = (await prometheus.alerts()).map(({ labels }) => labels["alertname"]);
  assert.deepEqual(firing.filter((name) => name !== "VanguardDown"), []);
}

async function tellsOutage(
  product: Product,
  prometheus: Prometheus,
  receiver: Receiver,
): Promise<void> {
  await product.faults({ unavailableRate: 100 });
  const ana = await signIn(product.origin, product.ana.username, product.ana.password);
  const olga = await signIn(product.origin, product.olga.username, product.olga.password);
  const organizationId = await edit(ana, 8);
  const down = async () =>
    (await prometheus.alerts()).find(({ labels, state }) =>
      labels["alertname"] === "VanguardPemsDown" && labels["organization"] === "RIO" &&
      state === "firing"
    );
  const alert = (await until(down, (alert) => alert !== undefined))!;
  assert.deepEqual(
    [alert.labels["severity"], alert.annotations["summary"]],
    ["page", "RIO: PEMS does not answer"],
  );
  const { notifications } = await until(
    () => olga.get<{ notifications: Array<{ kind: string }> }>("/api/notifications"),
    ({ notifications }) => notifications.some(({ kind }) => kind === "outage"),
  );
  assert.equal(notifications.filter(({ kind }) => kind === "outage").length, 1);
  await receiver.until(1);
  assert.equal(JSON.parse(receiver.received[0]!.text).kind, "outage");

  await product.faults({ unavailableRate: 0 });
  await until(down, (alert) => alert === undefined);
  await until(
    () =>
      ana.get<{ totalQueued: number; deadLetters: number }>(
        `/api/pems/sync-status?organizationId=${organizationId}`,
      ),
    ({ totalQueued, deadLetters }) => totalQueued === 0 && deadLetters === 0,
  );
}
