/** `deno task load`: QA's load tests, played by k6 against a site of its own or a running installation. */
import { parseArgs } from "node:util";
import { openSite, type Site } from "./bench/site.ts";
import { getK6 } from "./k6.ts";
import { type Stage, stageAt, stageOf } from "./people.ts";
import { play, sizeOf } from "./run.ts";
import { SCENARIOS, type Size } from "./sizes.ts";
import { type Figures, table } from "./verdict.ts";

const USAGE = `deno task load [scenario...] [flags]

${Object.entries(SCENARIOS).map(([name, { about }]) => `  ${name.padEnd(12)}${about}`).join("\n")}

  --smoke             a few seconds of each, times not judged
  --seconds N         how long planners are at it
  --url URL           a running installation instead of one started here; scenarios that need the
                      sandbox are left out, and the API alone is asked what came of it
  --organization CODE where to play there
  --accounts FILE     who plays there: lines of username,password (default: LOAD_USERNAME, LOAD_PASSWORD)
  --help

All scenarios when none is named. Results are kept in load/results, one JSON file for each run.`;

const { values, positionals } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    smoke: { type: "boolean", default: false },
    seconds: { type: "string" },
    url: { type: "string" },
    organization: { type: "string" },
    accounts: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  Deno.exit(0);
}

const kind = values.smoke ? "smoke" : "full";
const names = positionals.length > 0 ? positionals : Object.keys(SCENARIOS);
const sizes = new Map(names.map((name): [string, Size] => [name, sized(name)]));
const results: Figures[] = [];
try {
  const k6 = await getK6();
  for (const [name, size] of sizes) {
    if (values.url !== undefined && SCENARIOS[name]!.needsSandbox) {
      console.log(`\n${name} is left out: it needs the sandbox PEMS`);
      continue;
    }
    results.push(await played(name, size, k6));
    console.log(table(results.at(-1)!));
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(2);
}
const missed = results.filter(({ good }) => !good).map(({ scenario }) => scenario);
console.log(`\n${machine()}`);
console.log(missed.length === 0 ? "Everything was met" : `Missed in ${missed.join(", ")}`);
Deno.exit(missed.length === 0 ? 0 : 1);

function sized(name: string): Size {
  const size = sizeOf(name, kind);
  return values.seconds === undefined ? size : { ...size, seconds: Number(values.seconds) };
}

/** On a site of its own, so that nothing is left over from the one before. */
async function played(name: string, size: Size, k6: string): Promise<Figures> {
  console.error(`${name} …`);
  const site: Site | undefined = values.url === undefined
    ? await openSite({
      rateLimit: size.rateLimit,
      databaseUrl: Deno.env.get("BENCH_DATABASE_URL"),
    })
    : undefined;
  try {
    const stage = site === undefined ? await elsewhere(values.url!) : stageOf(site);
    const figures = await play({ k6, stage, site, name, size, judged: kind === "full" });
    await keep(figures, size);
    return figures;
  } finally {
    await site?.stop();
  }
}

async function elsewhere(url: string): Promise<Stage> {
  const lines = values.accounts === undefined
    ? [`${Deno.env.get("LOAD_USERNAME") ?? ""},${Deno.env.get("LOAD_PASSWORD") ?? ""}`]
    : (await Deno.readTextFile(values.accounts)).split("\n").filter(Boolean);
  const accounts = lines.map((line) => {
    const [username, ...password] = line.split(",");
    return { username: username!, password: password.join(",") };
  });
  if (values.organization === undefined) throw new Error("Name the --organization to play in");
  return await stageAt(new URL(url).origin, accounts, values.organization);
}

async function keep(figures: Figures, size: Size): Promise<void> {
  const folder = new URL("results/", import.meta.url);
  const at = new Date().toISOString();
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(
    new URL(`${figures.scenario}-${at.replaceAll(":", "")}.json`, folder),
    JSON.stringify(
      { at, machine: machine(), load: Deno.loadavg(), kind, size, ...figures },
      null,
      2,
    ),
  );
}

function machine(): string {
  const memory = (Deno.systemMemoryInfo().total / 2 ** 30).toFixed(0);
  const load = Deno.loadavg()[0]!.toFixed(1);
  return `Measured on ${navigator.hardwareConcurrency} cores, ${memory} GiB, Deno ${Deno.version.deno}, load average ${load}`;
}
