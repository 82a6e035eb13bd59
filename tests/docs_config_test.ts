/** The environment is told alike by the configuration, .env.example, README and every other document. */
import assert from "node:assert/strict";
import { readConfig } from "../domain/config.ts";
import { DOCUMENTS, inlineOf, textOf } from "./documents.ts";

/** The variables that the product reads. */
function variablesRead(): ReadonlySet<string> {
  const read = new Set<string>();
  readConfig(
    new Proxy({}, {
      get: (_, name) => {
        read.add(String(name));
        return undefined;
      },
    }),
  );
  return read;
}

/** The lines of .env.example that set a variable, also those that are only shown. */
const examples = [...textOf(".env.example").matchAll(/^(# )?([A-Z][A-Z_]+)=(.*)$/gm)]
  .map(([, shown, name, value]) => ({ name: name!, value: value!, isSet: shown === undefined }));
/** Deno's own: the product does not read it. */
const DENOS = ["OTEL_EXPORTER_OTLP_ENDPOINT"];

Deno.test("the configuration, .env.example and README name the same variables and defaults", () => {
  const read = [...variablesRead()].toSorted();
  assert.ok(read.length > 20);
  const shown = examples.map(({ name }) => name).filter((name) => !DENOS.includes(name));
  assert.deepEqual(shown.toSorted(), read, ".env.example");
  const table = textOf("README.md").split("\n## Configuration\n")[1]!.split("\n## ")[0]!;
  const rows = [...table.matchAll(/^\| `([A-Z_]+)` +\| ([^|]*?) +\|/gm)]
    .map(([, name, value]) => ({ name: name!, value: value!.replaceAll("`", "") }));
  assert.deepEqual(rows.map(({ name }) => name).toSorted(), read, "README");
  for (const { name, value } of rows) {
    const example = examples.find((one) => one.name === name)!;
    assert.equal(value.trim(), example.isSet ? example.value : "", `README: ${name}`);
  }
});

Deno.test(".env.example says what holds without it", () => {
  const set = Object.fromEntries(
    examples.filter(({ isSet }) => isSet).map(({ name, value }) => [name, value]),
  );
  assert.deepEqual(readConfig(set), readConfig({}));
});

Deno.test("every variable that a document names is one of the product", () => {
  const variables = new Set([...variablesRead(), ...DENOS, "HTTPS_PROXY"]);
  // Messages and events are named in the same letters, and load tests have variables of their own.
  const others = ["domain/event.ts", "app/audit_words.ts", "load/main.ts"].map(textOf).join("\n");
  let seen = 0;
  for (const [page, text] of [...DOCUMENTS].filter(([page]) => page !== "docs/api.md")) {
    for (const [name] of inlineOf(text).join("\n").matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)) {
      seen++;
      assert.ok(variables.has(name) || others.includes(name), `${page}: ${name}`);
    }
  }
  assert.ok(seen > 30);
});
