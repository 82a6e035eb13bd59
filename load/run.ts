/** One run of one scenario: k6 plays it, a socket listens, and when all is at rest the books are compared. */
import { connected } from "./bench/badges.ts";
import { until } from "./bench/person.ts";
import { residentMb } from "./bench/processes.ts";
import type { Ledger, Site } from "./bench/site.ts";
import type { Stage } from "./people.ts";
import { type Spent, spentBy } from "./processor.ts";
import { reckon, type Reckoning } from "./reckon.ts";
import { SCENARIOS, type Size } from "./sizes.ts";
import { type Figures, figuresOf } from "./verdict.ts";

export interface Run {
  /** The command. */
  readonly k6: string;
  readonly stage: Stage;
  /** Undefined: somebody's installation, of which only the API tells. */
  readonly site: Site | undefined;
  readonly name: string;
  readonly size: Size;
  /** Times count: not on a machine that has more to do. */
  readonly judged: boolean;
}

/** What k6 found out. */
export interface Played {
  readonly metrics: {
    readonly [name: string]: { readonly values: { readonly [stat: string]: number } };
  };
}

export interface Findings {
  readonly run: Run;
  readonly played: Played;
  /** Ms from PEMS's answer to each badge that the listening socket heard of, sorted. */
  readonly badges: ReadonlyArray<number>;
  readonly ledger: Ledger | undefined;
  readonly reckoning: Reckoning | undefined;
  /** Of the app and its workers in MiB, before and after. */
  readonly memory: readonly [before: ReadonlyArray<number>, after: ReadonlyArray<number>];
  /** Processor time until all was at rest. */
  readonly spent: readonly [before: Spent | undefined, after: Spent | undefined];
}

/** Beyond this PEMS's limit explains nothing any more. */
const MOST_REST_MS = 30 * 60_000;

/** Plays it and tells what came of it. Throws when it could not be played, not when it was too slow. */
export async function play(run: Run): Promise<Figures> {
  const { stage, site, size } = run;
  const heard = new Map<string, number[]>();
  const planners = await stage.planners(size.planners);
  const since = new Date().toISOString();
  const before = [await memoryOf(site), site && await spentBy(site)] as const;
  const ear = await connected(stage, heard);
  try {
    const played = await playK6(run, planners);
    await atRest(stage);
    const after = [await memoryOf(site), site && await spentBy(site)] as const;
    const ledger = await site?.ledger(since);
    return figuresOf({
      run,
      played,
      badges: ledger === undefined ? [] : delays(ledger, heard),
      ledger,
      reckoning: site && await reckon(site, since),
      memory: [before[0], after[0]],
      spent: [before[1], after[1]],
    });
  } finally {
    ear.close();
  }
}

/** k6 is told where and who by a file, and tells its figures by another; both are gone afterwards. */
async function playK6(
  { k6, stage, site, name, size, judged }: Run,
  planners: ReadonlyArray<unknown>,
): Promise<Played> {
  const folder = await Deno.makeTempDir({ prefix: "vanguard-load-" });
  try {
    await Deno.writeTextFile(
      `${folder}/play.json`,
      JSON.stringify({
        url: stage.origin,
        pems: site?.pems ?? null,
        organizationCode: stage.organizationCode,
        size,
        judged,
        planners,
      }),
      { mode: 0o600 },
    );
    const { stderr } = await new Deno.Command(k6, {
      args: [
        ...["run", "--quiet", "--no-usage-report", "--log-output", "stderr"],
        new URL(`scenarios/${name}.ts`, import.meta.url).pathname,
      ],
      // `-e` would show what is in it to every other user of the machine.
      env: { PLAY: `${folder}/play.json`, SUMMARY: `${folder}/summary.json` },
      stdout: "null",
      stderr: "piped",
    }).output();
    const said = new TextDecoder().decode(stderr).trim();
    const summary = await Deno.readTextFile(`${folder}/summary.json`).catch(() => undefined);
    if (summary === undefined) throw new Error(`Cannot play ${name}:\n${said.slice(-3000)}`);
    if (said !== "") console.error(said.split("\n").slice(0, 10).join("\n"));
    return JSON.parse(summary);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

interface Status {
  readonly totalQueued: number;
  readonly processing: number;
}

/** Nothing is queued, retried or unknown any more. */
async function atRest({ person, organizationId }: Stage): Promise<void> {
  const overdue = Date.now() + MOST_REST_MS;
  await until(
    () => person.get<Status>(`/api/pems/sync-status?organizationId=${organizationId}`),
    ({ totalQueued, processing }) => totalQueued + processing === 0 || Date.now() > overdue,
    500,
  );
}

/** Each badge counts from the newest change of its record that PEMS had executed by then. */
function delays({ changes }: Ledger, heard: ReadonlyMap<string, ReadonlyArray<number>>): number[] {
  const executed = Map.groupBy(changes, ({ pfaId }) => pfaId);
  return [...heard].flatMap(([pfaId, times]) =>
    times.flatMap((time) => {
      const at = executed.get(pfaId)?.map((change) => Date.parse(change.at))
        .findLast((moment) => moment <= time);
      return at === undefined ? [] : [time - at];
    })
  ).sort((a, b) => a - b);
}

/** Of each process, where the system tells. */
const memoryOf = (site: Site | undefined): Promise<ReadonlyArray<number>> =>
  Promise.all(
    (site?.processes ?? []).map(async ({ pid }) => Math.round(await residentMb(pid))),
  );

/** The size that is asked for. Throws for a name that is none. */
export function sizeOf(name: string, kind: "full" | "smoke"): Size {
  const sizes = SCENARIOS[name];
  if (sizes !== undefined) return sizes[kind];
  throw new Error(`Cannot play ${name}: there are ${Object.keys(SCENARIOS).join(", ")}`);
}
