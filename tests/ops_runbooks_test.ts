/** Runbooks: one for each alert, and all that they name is there: commands, pages, routes, metrics, tables. */
import assert from "node:assert/strict";
import { familiesOf } from "../app/families.ts";
import { Meters } from "../app/meters.ts";
import { withApp } from "./app_client.ts";
import { withDatabase } from "./database.ts";
import { blocksOf, inlineOf, textOf as text } from "./documents.ts";

const root = new URL("../", import.meta.url);

const RULES = text("ops/prometheus/rules.yml");
const ALERTS = [...RULES.matchAll(/- alert: (\w+)/g)].map(([, name]) => name!);
const PAGES = Deno.readDirSync(new URL("ops/runbooks/", root)).map(({ name }) => name).toArray();
const RUNBOOKS = new Map(PAGES.map((name) => [name, text(`ops/runbooks/${name}`)]));

/** What stands in backticks or in a block, with the page that says so. */
function* spans(kind: "inline" | "sql" | "sh"): Generator<readonly [page: string, code: string]> {
  for (const [page, said] of RUNBOOKS) {
    for (const code of kind === "inline" ? inlineOf(said) : blocksOf(said, kind)) {
      yield [page, code];
    }
  }
}

/** All code of people at a shell, a browser or an API client. */
const commands = [...spans("inline"), ...spans("sh")];

/** Everything that matches, each told with its page. */
const named = (pattern: RegExp) =>
  commands.flatMap(([page, code]) => [...code.matchAll(pattern)].map((found) => ({ page, found })));

Deno.test("every alert has a runbook that it links to, and every runbook an alert", () => {
  assert.deepEqual(
    PAGES.toSorted(),
    ["README.md", ...ALERTS.map((name) => `${name}.md`)].toSorted(),
  );
  for (const name of ALERTS) {
    const rule = RULES.split(`- alert: ${name}\n`)[1]!.split("- alert:")[0]!;
    assert.match(rule, /severity: (page|ticket)/, name);
    assert.match(rule, /summary: .+\n\s+description: .+\n/, name);
    assert.ok(rule.includes(`runbook_url: ops/runbooks/${name}.md\n`), name);
  }
});

Deno.test("each runbook says what it means, who notices, where to look, what to do, whom to call", () => {
  for (const [page, said] of RUNBOOKS) {
    if (page === "README.md") continue;
    assert.ok(said.startsWith(`# ${page.slice(0, -3)}\n`), page);
    const parts = ["What it means", "What users notice", "First look", "Repair", "Escalate"];
    const places = parts.map((part) => said.indexOf(`**${part}`));
    assert.deepEqual(places, places.toSorted((a, b) => a - b), page);
    assert.ok(places[0]! > 0, page);
  }
});

Deno.test("every alert of the rules is seen firing and silent in their tests", () => {
  const cases = text("ops/prometheus/rules.test.yml");
  for (const name of ALERTS) {
    const seen = cases.split(`alertname: ${name}`).slice(1);
    assert.ok(
      seen.some((rest) => /^\n\s+exp_alerts:\n\s+- exp_labels/.test(rest)),
      `${name} fires`,
    );
  }
});

Deno.test("commands, files and variables of the runbooks are there", () => {
  const { tasks } = JSON.parse(text("deno.json"));
  const console = text("ops/admin/main.ts");
  for (const { page, found: [, task, rest] } of named(/deno task (?:-q )?(\w+)((?: \w+)*)/g)) {
    assert.ok(tasks[task!], `${page}: deno task ${task}`);
    if (task === "admin") {
      assert.ok(console.includes(`\n  ${rest!.trim()} `), `${page}: admin${rest}`);
    }
  }
  for (const { page, found: [unit] } of named(/vanguard-(?:app|worker@)/g)) {
    assert.ok(text(`ops/systemd/${unit}.service`), page);
  }
  for (const { page, found: [path] } of named(/\b(?:ops|docs)\/[\w./-]+/g)) {
    assert.ok(Deno.statSync(new URL(path, root)).isFile, `${page}: ${path}`);
  }
  const variables = text(".env.example");
  for (const { page, found: [name] } of named(/\b[A-Z]+(?:_[A-Z]+)+\b/g)) {
    assert.match(variables, new RegExp(`^(# )?${name}=`, "m"), `${page}: ${name}`);
  }
});

Deno.test("pages and routes of the runbooks are there", () =>
  withDatabase((db) =>
    withApp(db, async (app) => {
      const { body: { paths } } = await app.caller().get("/api/openapi.json");
      const plain = (path: string) => path.replaceAll(/:\w+|\{\w+\}/g, "*");
      const routes = Object.entries(paths).flatMap(([path, verbs]) =>
        Object.keys(verbs as object).map((verb) => `${verb.toUpperCase()} ${plain(path)}`)
      );
      for (const { page, found: [route] } of named(/^(GET|POST|PATCH) (\/\S+)$/g)) {
        assert.ok(routes.includes(plain(route)), `${page}: ${route}`);
      }
      const pages = Deno.readDirSync(new URL("app/pages/", root))
        .map(({ name }) => text(`app/pages/${name}`)).toArray().join("\n");
      for (const { page, found: [, path] } of named(/^(\/[\w-]+)(?:\?org=ORG)?$/g)) {
        assert.ok(paths[path!] ?? pages.includes(`.get("${path}"`), `${page}: ${path}`);
      }
    })
  ));

Deno.test("metrics of the runbooks are told", () => {
  const reading = { gauges: [], counters: [], standings: [], workerUnseenSeconds: 0 };
  const told = [...familiesOf(reading), ...new Meters().families(0)].map(({ name }) => name);
  for (const { page, found: [name] } of named(/^(?:pems|http|process)_\w+$/g)) {
    assert.ok(told.includes(name), `${page}: ${name}`);
  }
});

Deno.test("the database answers every statement of the runbooks", () =>
  withDatabase(async (db) => {
    const inline = commands.filter(([, code]) => code.startsWith("select "));
    const statements = [...spans("sql"), ...inline];
    assert.ok(statements.length > 10);
    for (const [page, statement] of statements) {
      await db.owner.unsafe(statement).catch((error) => assert.fail(`${page}: ${error.message}`));
    }
  }));
