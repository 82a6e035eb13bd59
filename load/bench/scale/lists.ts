/** Every filter and every sort of the record list, first and later pages, over HTTP. */
import postgres from "postgres";
import type { Row } from "../engine.ts";
import type { Bench } from "../scale.ts";

const TIMES = 8;
/** Pages of a thousand that are turned to reach one deep in the list. */
const DEEP = 20;
const PROMISED = "p95 < 100 ms";

const FILTERS = [
  ...["", "search=crane", "search=pipe+rack+area+17", "search=nowhere", "category=Cranes"],
  ...[
    "category=Cranes&category=Pumps",
    "class=Crawler",
    "area=Area+12",
    "source=Rental",
    "dor=BEO",
  ],
  ...["status=active", "status=discontinued", "startFrom=2026-06-01&startTo=2026-09-01"],
  ...["syncStatus=clean", "syncStatus=synced", "syncStatus=queued", "syncStatus=draft"],
  "pfaIds=PFA-100001,PFA-150000",
];
const SORTS = [
  ...["pfaId", "version", "updatedAt", "description", "areaSilo", "category", "class"],
  ...["forecastCategory", "manufacturer", "model", "contract", "equipment", "source", "dor"],
  ...["monthlyRate", "purchasePrice", "originalStart", "originalEnd", "forecastStart"],
  ...["forecastEnd", "actualStart", "actualEnd", "isActualized", "isDiscontinued"],
  "isFundsTransferable",
];

interface Timed {
  readonly query: string;
  readonly p95: number;
  /** Of the database's backends, mean per request: what a busy machine does not add to. */
  readonly cpuMs: number;
}
interface Page {
  readonly nextCursor: string | null;
}

export async function lists(bench: Bench): Promise<Row[]> {
  const sql = postgres(bench.url, { max: 1, onnotice: () => {} });
  try {
    const first = await timeAll(bench, sql, FILTERS.map((filter) => `limit=100&${filter}`));
    const sorts = SORTS.flatMap((sort) => [`sort=${sort}`, `sort=${sort}&order=desc`]);
    const sorted = await timeAll(bench, sql, sorts.map((sort) => `limit=100&${sort}`));
    const later = await timeAll(bench, sql, await laterPages(bench, sorts));
    return [
      row("list of 100,000 records, each filter, first page with total", first),
      row("each sort, either way, first page with total", sorted),
      row("each sort, the second page", later.filter(({ query }) => !query.includes("limit=1000"))),
      row(`by id, the page of 1,000 after ${DEEP},000`, later.slice(-1)),
    ];
  } finally {
    await sql.end();
  }
}

/** The second page of each sort, and one deep in the list last. */
async function laterPages(bench: Bench, sorts: ReadonlyArray<string>): Promise<string[]> {
  const queries: string[] = [];
  for (const sort of sorts) {
    const { nextCursor } = await turn(bench, `limit=100&${sort}`);
    queries.push(`limit=100&${sort}&cursor=${nextCursor}`);
  }
  let cursor: string | null = null;
  for (let nth = 0; nth < DEEP; nth++) {
    ({ nextCursor: cursor } = await turn(bench, deep(cursor)));
  }
  return [...queries, deep(cursor)];
}

const deep = (cursor: string | null) =>
  `limit=1000&sort=pfaId${cursor === null ? "" : `&cursor=${cursor}`}`;

const turn = ({ person, organizationId }: Bench, query: string): Promise<Page> =>
  person.get<Page>(`/api/pfa-data?organizationId=${organizationId}&${query}`);

async function timeAll(
  bench: Bench,
  sql: postgres.Sql,
  queries: ReadonlyArray<string>,
): Promise<Timed[]> {
  const timed: Timed[] = [];
  for (const query of queries) {
    await turn(bench, query);
    const times: number[] = [];
    const before = await cpuMs(sql);
    for (let nth = 0; nth < TIMES; nth++) {
      const from = performance.now();
      await turn(bench, query);
      times.push(performance.now() - from);
    }
    const spent = await cpuMs(sql) - before;
    times.sort((a, b) => a - b);
    timed.push({ query, p95: times[Math.floor(0.95 * (TIMES - 1))]!, cpuMs: spent / TIMES });
  }
  return timed;
}

/** Processor time of the app's backends so far; 0 where the system does not tell. */
async function cpuMs(sql: postgres.Sql): Promise<number> {
  const backends = await sql<Array<{ pid: number }>>`
    select pid from pg_stat_activity where application_name = 'vanguard'`;
  const spent = await Promise.all(backends.map(async ({ pid }) => {
    const text = await Deno.readTextFile(`/proc/${pid}/schedstat`).catch(() => "0");
    return Number(text.split(" ")[0]) / 1e6;
  }));
  return spent.reduce((sum, one) => sum + one, 0);
}

function row(figure: string, timed: ReadonlyArray<Timed>): Row {
  const worst = timed.toSorted((a, b) => b.p95 - a.p95);
  const within = timed.filter(({ p95 }) => p95 < 100).length;
  const told = worst.slice(0, 3).map(({ query, p95, cpuMs }) =>
    `${query.replace(/limit=\d+&?|&?cursor=[^&]*/g, "") || "none"} ${p95.toFixed(0)} ms (${
      cpuMs.toFixed(0)
    } of processor)`
  );
  const middle = worst[Math.floor(worst.length / 2)]!.p95.toFixed(0);
  return [
    figure,
    PROMISED,
    `${within} of ${timed.length} within; median ${middle} ms; slowest ${told.join(", ")}`,
  ];
}
