/** The rooms of the house, the doors between them, and the habits that hold in every file. */
import assert from "node:assert/strict";

/** Each room may import from itself and from these; `type:` means types only. */
const DOORS: Record<string, ReadonlyArray<string>> = {
  domain: [],
  db: ["domain"],
  pems: ["domain"],
  worker: ["domain", "db", "pems"],
  app: ["domain", "db", "pems"],
  islands: ["type:domain", "type:app"],
  load: ["domain", "db", "pems", "tests", "islands"],
  ops: ["domain", "db", "pems", "worker", "app"],
  tests: ["domain", "db", "pems", "worker", "app", "islands", "ops", "load"],
};
/** Rules and arithmetic that islands run too, so that a preview is what the server will say: small, and no Schema. */
const SHARED = /^domain\/(cost|dates|money|rules|series|spending)\.ts$/;
/** Part of a room that has a door of its own: pages are drawn from islands. */
const PAGES = { folder: "app/pages/", door: "islands" };

/** The packages of rooms that have few: pure ones none, browsers those that are small. */
const PACKAGES: Record<string, RegExp> = {
  domain: /^$/,
  islands: /^(preact|preact\/.*|@preact\/signals|hono\/client|uplot)$/,
};

const ROOT = new URL("../", import.meta.url);
const SOURCE = /\.tsx?$/;

interface Import {
  readonly from: string;
  readonly typesOnly: boolean;
}

/** What the text imports, statically, lazily, or for its effect. */
function importsOf(text: string): ReadonlyArray<Import> {
  const code = text.replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, "");
  const bound = [...code.matchAll(/^(?:import|export)\s(type\s)?([^;"]*?)from\s+"([^"]+)"/gm)];
  const bare = [...code.matchAll(/\bimport\s*\(\s*"([^"]+)"|^import\s+"([^"]+)"/gm)];
  return [
    ...bound.map(([, type, names, from]) => ({
      from: from!,
      typesOnly: type !== undefined || /^\{(\s*type\s+[^,}]+,?)+\s*\}\s*$/.test(names!),
    })),
    ...bare.map(([, lazy, forEffect]) => ({ from: (lazy ?? forEffect)!, typesOnly: false })),
  ];
}

/** Why the file may not import that; undefined: it may. */
function trespass(path: string, { from, typesOnly }: Import): string | undefined {
  const room = path.split("/")[0]!;
  if (!from.startsWith(".")) {
    const allowed = PACKAGES[room];
    return allowed === undefined || allowed.test(from) || typesOnly
      ? undefined
      : `${path}: ${from}`;
  }
  const target = new URL(from, new URL(path, ROOT)).href.slice(ROOT.href.length);
  const other = target.split("/")[0]!;
  const doors = DOORS[room]!;
  const open = other === room || doors.includes(other) ||
    (typesOnly && doors.includes(`type:${other}`)) ||
    (room === "islands" && SHARED.test(target)) ||
    (path.startsWith(PAGES.folder) && other === PAGES.door);
  return open ? undefined : `${path}: ${target}`;
}

/** The repository's files: the tracked ones, or all there are in a copy without git. */
async function files(): Promise<ReadonlyArray<string>> {
  const git = await new Deno.Command("git", { args: ["ls-files"], cwd: ROOT }).output()
    .catch(() => undefined);
  if (git?.success) {
    const names = new TextDecoder().decode(git.stdout).trim().split("\n");
    const there = await Promise.all(names.map((name) =>
      Deno.lstat(new URL(name, ROOT)).then(
        () => true,
        () => false,
      )
    ));
    return names.filter((_, at) => there[at]);
  }
  return await Array.fromAsync(walk(ROOT));
}

async function* walk(folder: URL): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if ([".git", ".cache", "data", "node_modules", "coverage"].includes(name)) continue;
    const at = new URL(isDirectory ? `${name}/` : name, folder);
    if (isDirectory) yield* walk(at);
    else yield decodeURIComponent(at.href.slice(ROOT.href.length));
  }
}

const all = await files();
const sources = await Promise.all(
  all.filter((path) => SOURCE.test(path) && path.split("/")[0]! in DOORS)
    .map(async (path) => ({ path, text: await Deno.readTextFile(new URL(path, ROOT)) })),
);
const roomOf = ({ path }: { readonly path: string }) => path.split("/")[0]!;

Deno.test("rooms import only through their doors", () => {
  const trespasses = sources.flatMap(({ path, text }) =>
    importsOf(text).map((one) => trespass(path, one)).filter((found) => found !== undefined)
  );
  assert.ok(sources.length > 50, "the sources were found");
  assert.deepEqual(trespasses, []);
});

Deno.test("the door check sees every form of import", () => {
  const text = `/** import { x } from "../comment/x.ts" */
import { a, type B } from "../db/a.ts";
import {
  type C,
  type D,
} from "../db/c.ts";
import type { E } from "../db/e.ts";
export * from "../db/star.ts";
import "../db/effect.ts";
const lazy = await import("../db/lazy.ts");`;
  assert.deepEqual(importsOf(text).map(({ from, typesOnly }) => [from, typesOnly]), [
    ["../db/a.ts", false],
    ["../db/c.ts", true],
    ["../db/e.ts", true],
    ["../db/star.ts", false],
    ["../db/effect.ts", false],
    ["../db/lazy.ts", false],
  ]);
});

Deno.test("of the product, only main.ts files read the environment", () => {
  const readers = sources
    .filter((source) => !["tests", "load"].includes(roomOf(source)))
    .filter(({ path }) => !path.endsWith("/main.ts"))
    .filter(({ text }) => /\bDeno\.env\b|\bprocess\.env\b/.test(text));
  assert.deepEqual(readers.map(({ path }) => path), []);
});

Deno.test("time is a value: no timers in domain, db, pems and worker", () => {
  const timed = sources
    .filter((source) => ["domain", "db", "pems", "worker"].includes(roomOf(source)))
    .filter(({ text }) => /\bset(Timeout|Interval)\s*\(/.test(text));
  assert.deepEqual(timed.map(({ path }) => path), []);
});

Deno.test("domain reads no clock and no chance", () => {
  const impure = sources.filter((source) => roomOf(source) === "domain")
    .filter(({ text }) => /\bDate\.now\(|\bnew Date\(\)|\bperformance\.|Math\.random/.test(text));
  assert.deepEqual(impure.map(({ path }) => path), []);
});

Deno.test("every source file says in its first line what lives there", async () => {
  const silent: string[] = sources.filter(({ text }) => !/^(\/\*\*? |\/\/ )\S/.test(text))
    .map(({ path }) => path);
  for (const path of all.filter((name) => name.startsWith("db/migrations/"))) {
    if (!(await Deno.readTextFile(new URL(path, ROOT))).startsWith("-- ")) silent.push(path);
  }
  assert.deepEqual(silent, []);
});

Deno.test("the lock holds no download addresses", async () => {
  const lock = await Deno.readTextFile(new URL("deno.lock", ROOT));
  assert.doesNotMatch(lock, /tarball|https?:/);
});

Deno.test("no file names a machine's folder or another registry", async () => {
  const text = /\.(tsx?|sql|json|lock|md|css|ya?ml|sh|example)$|^\.ci\//;
  const machine = new RegExp(["/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/\\w"].join("|"));
  const found: string[] = [];
  for (const path of all.filter((name) => text.test(name))) {
    const line = (await Deno.readTextFile(new URL(path, ROOT))).split("\n").find((one) =>
      machine.test(one)
    );
    if (line !== undefined) found.push(`${path}: ${line.trim().slice(0, 100)}`);
  }
  assert.deepEqual(found, []);
});
