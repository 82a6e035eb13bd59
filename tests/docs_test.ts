/** What the documents name is there: links, pictures, tasks, commands, pages, routes, variables, words of the screens. */
import assert from "node:assert/strict";
import { readConfig } from "../domain/config.ts";
import { MODIFICATION_STATUSES } from "../domain/status.ts";
import {
  anchorsOf,
  blocksOf,
  boldOf,
  commandsOf,
  DOCUMENTS,
  inlineOf,
  isThere,
  linksOf,
  textOf,
} from "./documents.ts";
import { ROUTES } from "./routes.ts";

const TASKS: { readonly [name: string]: unknown } = JSON.parse(textOf("deno.json")).tasks;

/** Each piece of inline code, and each command of a shell block, with the document that says so. */
const codes = [...DOCUMENTS].flatMap(([page, text]) => inlineOf(text).map((code) => [page, code]));
const commands = [...DOCUMENTS].flatMap(([page, text]) =>
  blocksOf(text, "sh").flatMap(commandsOf).map((command) => [page, command])
);

Deno.test("every link of the documents leads somewhere, and every picture is there", () => {
  let seen = 0;
  for (const [page, text] of DOCUMENTS) {
    for (const link of linksOf(text)) {
      if (/^https?:/.test(link)) continue;
      seen++;
      const [path, anchor] = link.split("#") as [string, string | undefined];
      const target = path === "" ? page : new URL(path, `file:///${page}`).pathname.slice(1);
      assert.ok(isThere(target), `${page}: ${link}`);
      if (anchor === undefined) continue;
      assert.ok(anchorsOf(textOf(target)).has(anchor), `${page}: ${link} has no such heading`);
    }
  }
  assert.ok(seen > 100, `${seen} links were found`);
});

/** Programs that a machine has, or that the document tells to install. */
const PROGRAMS =
  /^(cd|cp|curl|docker|done|export|for|git|grep|journalctl|npx|openssl|pg_dump|pg_restore|printf|promtool|psql|systemctl)$/;

/** What says which subcommands and flags a task takes. */
const USAGES: { readonly [task: string]: string } = {
  admin: textOf("ops/admin/main.ts"),
  bench: textOf("load/bench/main.ts"),
  load: textOf("load/main.ts"),
  sandbox: textOf("pems/flags.ts"),
  test: textOf("tests/main.ts"),
};

/** Why the command cannot be run; undefined: it can. */
function unknownOf(command: string): string | undefined {
  const [program, ...words] = command.split(" ") as [string, ...string[]];
  if (program !== "deno") return PROGRAMS.test(program) ? undefined : `no program ${program}`;
  const [verb, ...rest] = words;
  const args = rest.filter((word) => word !== "-q");
  if (verb === "install") return undefined;
  if (verb === "run") {
    const script = args.find((word) => !word.startsWith("-"));
    return script !== undefined && isThere(script) ? undefined : `no script ${script}`;
  }
  if (verb !== "task") return `deno ${verb} is not checked`;
  const [task, ...given] = args;
  if (task === undefined || !(task in TASKS)) return `no task ${task}`;
  const usage = USAGES[task] ?? "";
  return given.filter((word) => /^(--)?[a-z][\w./-]+$/.test(word)).map((word) => {
    if (word === "--help") return undefined;
    if (word.includes("/")) return isThere(word) ? undefined : `no file ${word}`;
    return new RegExp(`(?<![\\w-])${word}\\b`).test(usage) ? undefined : `${task} takes no ${word}`;
  }).find((problem) => problem !== undefined);
}

Deno.test("every command of the documents can be run: tasks, scripts, subcommands, flags", () => {
  const inline = codes.filter(([, code]) => /^(npx -y )?deno (task|run|install) /.test(code!))
    .map(([page, code]) => [page, code!.replace("npx -y ", "").replaceAll(/\[[^\]]*\]|…/g, "")]);
  assert.ok(inline.length > 30 && commands.length > 20, `${inline.length}, ${commands.length}`);
  for (const [page, command] of [...inline, ...commands]) {
    const problem = unknownOf(command!.replace("npx -y ", "").replace(/ <.*$/, "").trim());
    assert.equal(problem, undefined, `${page}: ${command}: ${problem}`);
  }
});

Deno.test("files and folders that the documents name are there", () => {
  const rooms = /^(app|db|docs|domain|islands|load|ops|pems|tests|worker)\/[\w./-]+$/;
  const named = codes.filter(([, code]) => rooms.test(code!));
  assert.ok(named.length > 60);
  // Results of a load test come with it.
  for (const [page, path] of named.filter(([, path]) => path !== "load/results")) {
    assert.ok(isThere(path!), `${page}: ${path}`);
  }
});

/** A path or pattern with its parameters alike. */
const plain = (path: string): string => path.replaceAll(/:\w+|\{\w+\}/g, "*").replace(/\?.*$/, "");

Deno.test("pages and routes that the documents name are there", () => {
  const known = new Set(ROUTES.flatMap(({ call }) => {
    const route = call.replaceAll(/PFA-1|ORG|USER|JOB|CONFLICT|[0-9a-f]{8}(-[0-9a-f]+){4}/g, "*");
    return [route, route.split(" ")[1]!];
  }));
  const control = textOf("pems/control.ts");
  const named = codes.filter(([, code]) => /^((GET|POST|PUT|PATCH|DELETE) )?\/[\w-]*/.test(code!));
  assert.ok(named.length > 60);
  for (const [page, code] of named) {
    // A file of the machine, or a family of routes.
    if (/^\/(opt|usr|etc)\/|\*$/.test(code!)) continue;
    const path = plain(code!);
    const [, ofSandbox] = path.split("/sandbox");
    const isSandbox = ofSandbox !== undefined && control.includes(`("${ofSandbox}"`);
    const isFamily = [...known].some((one) => one.startsWith(`${path}/`));
    assert.ok(known.has(path) || isSandbox || isFamily, `${page}: ${code}`);
  }
});

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
  const words = ["event", "series", "settlement"].map((name) => textOf(`domain/${name}.ts`)).join();
  const trail = textOf("app/audit_words.ts");
  const messages = textOf("islands/live.ts") + words + trail;
  let seen = 0;
  for (const [page, code] of codes.filter(([page]) => page !== "docs/api.md")) {
    for (const [name] of code!.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)) {
      seen++;
      const known = variables.has(name) || messages.includes(name) || isOfLoad(name);
      assert.ok(known, `${page}: ${name}`);
    }
  }
  assert.ok(seen > 30);
});

/** Who plays in a load test is told by the environment too. */
const isOfLoad = (name: string): boolean => USAGES["load"]!.includes(name);

/** The sources of what is on the screens, each run of blanks as one. */
function screens(): string {
  const texts: string[] = [];
  const read = (folder: string) => {
    for (
      const { name, isDirectory } of Deno.readDirSync(new URL(`../${folder}`, import.meta.url))
    ) {
      if (isDirectory) read(`${folder}${name}/`);
      else if (/\.tsx?$/.test(name)) texts.push(textOf(folder + name));
    }
  };
  for (const folder of ["islands/", "app/pages/"]) read(folder);
  for (const name of ["roles", "permissions", "status"]) texts.push(textOf(`domain/${name}.ts`));
  return texts.join("\n").replaceAll(/\s+/g, " ");
}

/** As whole words: `Add` is not shown because `Added` is. */
function isShown(words: string, shown: string): boolean {
  for (let at = shown.indexOf(words); at >= 0; at = shown.indexOf(words, at + 1)) {
    const [before, after] = [shown[at - 1]!, shown[at + words.length]!];
    const begins = !/\w/.test(words[0]!) || !/\w/.test(before);
    if (begins && (!/\w/.test(words.at(-1)!) || !/\w/.test(after))) return true;
  }
  return false;
}

Deno.test("what the guides put in bold is on the screens, word for word", () => {
  const shown = screens();
  for (const guide of ["docs/admin-guide.md", "docs/user-guide.md"]) {
    const words = boldOf(DOCUMENTS.get(guide)!);
    assert.ok(words.length > 60, `${guide}: ${words.length}`);
    for (const word of words) assert.ok(isShown(word, shown), `${guide}: ${word}`);
  }
});

Deno.test("README and the architecture draw the same states, and these are the product's", () => {
  const [drawn] = blocksOf(textOf("README.md"), "mermaid");
  assert.ok(blocksOf(textOf("docs/architecture.md"), "mermaid").includes(drawn!));
  const names = new Set(
    [...drawn!.matchAll(/^ {2}(\w+) --> (\w+)/gm)].flatMap(([, ...two]) => two),
  );
  // Committed is what is queued in the same transaction.
  const states = MODIFICATION_STATUSES.filter((name) => name !== "committed");
  assert.deepEqual([...names].toSorted(), states.toSorted());
});

Deno.test("the guide of planners tells every badge and every key", () => {
  const cells = DOCUMENTS.get("docs/user-guide.md")!.split("\n")
    .map((line) => line.split("|")[1]?.trim());
  const badges = textOf("islands/badge.tsx").split("STATUS_WORDS")[1]!.split("};")[0]!;
  const states = [...badges.matchAll(/: "(\w+)",/g)].map(([, word]) => word!);
  assert.equal(states.length, 10);
  for (const state of states) assert.ok(cells.includes(`**${state}**`), state);
  for (const list of ["grid", "timeline"]) {
    const keys = textOf(`islands/${list}/help.tsx`);
    for (const [, what] of keys.matchAll(/^ {2}\["([^"]+)", \[/gm)) {
      assert.ok(cells.includes(what), `${list}: ${what}`);
    }
  }
});
