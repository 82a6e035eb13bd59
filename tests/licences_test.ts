/** Licences of everything that the product and its tests are made of. */
import assert from "node:assert/strict";
import { isAllowed, listPackages, npmCache, readLock } from "../ops/licences/licences.ts";

/** Of deno.json: names and what they stand for. */
const imports = async (): Promise<ReadonlyArray<[string, string]>> =>
  Object.entries(
    JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url))).imports,
  );

Deno.test("every dependency has a licence that may be used", async () => {
  const packages = await listPackages(await readLock(), await npmCache());
  const here = packages.filter(({ installed }) => installed);
  const named = (await imports()).map(([, target]) => /^npm:\/?(@?[^@]+)@/.exec(target)![1]);
  assert.deepEqual(named.filter((name) => !here.some((one) => one.name === name)), []);
  const wrong = here.filter(({ licence }) => !isAllowed(licence));
  assert.deepEqual(wrong, []);
});

Deno.test("every dependency that is named here has one version, pinned", async () => {
  for (const [name, target] of await imports()) {
    assert.match(target, /^npm:\/?(@[\w-]+\/)?[\w-]+@\d+\.\d+\.\d+(-[\w.]+)?\/?$/, name);
  }
});

Deno.test("a licence is met by one of its choices, and by all of its parts", () => {
  for (const good of ["MIT", "(MIT OR GPL-3.0-only)", "Apache-2.0 AND PostgreSQL"]) {
    assert.ok(isAllowed(good), good);
  }
  for (const bad of [undefined, "", "GPL-3.0-only", "MIT AND GPL-3.0-only", "SEE LICENSE IN X"]) {
    assert.ok(!isAllowed(bad), bad);
  }
});
