/** The weight of each page's scripts: what a planner downloads before the screen answers. */
import assert from "node:assert/strict";
import { bundleAssets } from "../app/assets.ts";

const KB = 1024;

/** esbuild's process is told to stop but not waited for: it may end in a later test. */
const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, fn, sanitizeResources: false });

test("every page stays within its budget of scripts", async () => {
  const assets = await bundleAssets();
  const weight = (scripts: Iterable<string>) =>
    [...scripts].map((script) => zipped(script)).reduce((sum, bytes) => sum + bytes, 0);
  const zipped = (path: string) => {
    const { headers, body } = assets.fetch(path, "gzip")!;
    assert.equal(headers.get("content-encoding"), "gzip");
    void body?.cancel();
    return Number(headers.get("content-length"));
  };
  const core = new Set(["client", "shell", "bell"].flatMap((entry) => assets.preloads(entry)));
  console.log(`shared core ${(weight(core) / KB).toFixed(1)} KB gzip`);
  for (
    const island of [
      "deck",
      "grid",
      "timeline",
      "conflicts",
      "history",
      "letters",
      "metrics",
      "admin",
      "account",
      "audit",
      "system",
    ]
  ) {
    const beyond = weight(assets.preloads(island).filter((script) => !core.has(script)));
    const page = weight(new Set([...core, ...assets.preloads(island)]));
    console.log(`${island} ${(beyond / KB).toFixed(1)} KB beyond it, ${(page / KB).toFixed(1)} KB`);
    assert.ok(beyond <= 30 * KB, `${island} brings ${beyond} bytes beyond the core`);
    assert.ok(page <= 60 * KB, `the page of ${island} loads ${page} bytes`);
  }
  console.log(`styles ${(zipped(assets.css) / KB).toFixed(1)} KB gzip`);
});

test("what is bundled is served with its type, for good, and nothing else is", async () => {
  const assets = await bundleAssets();
  const script = assets.fetch(assets.url("client"))!;
  assert.equal(script.headers.get("content-type"), "text/javascript; charset=utf-8");
  assert.match(script.headers.get("cache-control")!, /immutable/);
  assert.equal(script.headers.get("content-encoding"), null);
  const text = await script.text();
  const chunks = assets.preloads("grid");
  assert.ok(text.includes("data-island"));
  assert.ok(chunks.length > 1, "the grid shares chunks with the other islands");
  assert.equal(assets.fetch("/assets/../deno.json"), undefined);
});

test("preact and its signals are bundled once", async () => {
  const assets = await bundleAssets();
  const scripts = ["client", "shell", "deck", "grid"].flatMap((entry) => assets.preloads(entry));
  const texts = await Promise.all(
    [...new Set(scripts)].map((path) => assets.fetch(path)!.text()),
  );
  // Signals mark themselves by this symbol.
  const marked = texts.filter((text) => text.includes(`Symbol.for("preact-signals")`));
  assert.equal(marked.length, 1);
});
