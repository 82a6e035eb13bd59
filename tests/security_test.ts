/** SECURITY.md names the test that shows each promise: those tests exist. */
import assert from "node:assert/strict";

const root = new URL("../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, root));

Deno.test("every test that SECURITY.md names is there", async () => {
  const named = [...(await read("SECURITY.md")).matchAll(/`(tests\/[\w/]+\.ts)` "([^"]+)"/g)];
  assert.ok(named.length > 35, `${named.length} tests are named`);
  for (const [, file, name] of named) {
    const text = await read(file!);
    const at = text.indexOf(JSON.stringify(name));
    assert.ok(at >= 0, `${file} has no test "${name}"`);
    const before = text.slice(0, at).trimEnd();
    assert.match(before, /\b(test|on\w+|inChromium|\w+Test|engine\w+)\($/, `"${name}" is a test`);
  }
});

Deno.test("every promise of SECURITY.md has a test", async () => {
  const rows = (await read("SECURITY.md")).split("\n")
    .filter((line) => line.startsWith("| ") && !/^\| (-|what )/.test(line));
  assert.ok(rows.length > 18);
  for (const row of rows) assert.match(row, /`tests\/[\w/]+\.ts` "/, row.slice(0, 80));
});
