/** What the documents name is there: links, pictures, tasks, commands, files, pages and routes. */
import assert from "node:assert/strict";
import {
  anchorsOf,
  blocksOf,
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
  load: textOf("load/main.ts") + textOf("load/sizes.ts"),
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
