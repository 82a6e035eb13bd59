/** The largest requests a planner may send: a save of 5,000 drafts, a commit of 10,000. */
import type { Row } from "../engine.ts";
import type { Bench } from "../scale.ts";

const A_SAVE = 5_000;
const DRAFTS = 10_000;

export async function edits({ person, organizationId }: Bench): Promise<Row[]> {
  const saves: number[] = [];
  for (let from = 0; from < DRAFTS; from += A_SAVE) {
    const drafts = Array.from({ length: A_SAVE }, (_, at) => ({
      pfaId: `PFA-${100_000 + from + at}`,
      changes: { model: `scale ${at}`, forecastEnd: "2031-12-31" },
    }));
    saves.push(
      await timed(() => person.post("/api/pfa-data/save-draft", { organizationId, drafts })),
    );
  }
  const commitMs = await timed(async () => {
    const { queuedCount } = await person.post<{ queuedCount: number }>(
      "/api/pfa-data/commit-drafts",
      { organizationId },
    );
    if (queuedCount !== DRAFTS) throw new Error(`Only ${queuedCount} of ${DRAFTS} were queued`);
  });
  const listMs = await timed(() =>
    person.get(
      `/api/pfa-data?organizationId=${organizationId}&limit=100&sort=forecastEnd&order=desc`,
    )
  );
  const told = (ms: number) => `${ms.toFixed(0)} ms`;
  return [
    ["save of 5,000 drafts in one request", "", saves.map(told).join(", ")],
    ["commit of 10,000 drafts in one request", "< 2 s", told(commitMs)],
    ["then a list sorted by what they change", "", told(listMs)],
  ];
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
