/** Many browsers on one organization: how long after PEMS's answer each of their sockets has heard of it. */
import { until } from "./person.ts";
import { openSite, type Site } from "./site.ts";

type Figure = readonly [figure: string, promised: string, measured: string];

const SOCKETS = 200;
const EDITS = 100;
/** Deno's sends headers; the browser's type knows none. */
const Socket = WebSocket as unknown as new (
  address: URL,
  options: { readonly headers: Record<string, string> },
) => WebSocket;
/** The first writes find compilers cold. */
const WARM_UP = 20;

export async function badges(): Promise<ReadonlyArray<Figure>> {
  const site = await openSite({ rateLimit: 10 });
  try {
    const { p50, p95, most } = await hear(site, { sockets: SOCKETS, edits: EDITS });
    return [[
      `PEMS's answer to SYNC_SUCCESS in each of ${SOCKETS} sockets, ${EDITS} edits at 10 calls/s`,
      "p95 < 250 ms",
      `p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms, most ${most.toFixed(0)} ms`,
    ]];
  } finally {
    await site.stop();
  }
}

export interface Crowd {
  readonly sockets: number;
  readonly edits: number;
}

/** Ms from PEMS's answer to each socket. */
export interface Heard {
  readonly p50: number;
  readonly p95: number;
  readonly most: number;
}

/** Commits the edits and waits until every socket has heard of each. */
export async function hear(site: Site, crowd: Crowd): Promise<Heard> {
  const heard = new Map<string, number[]>();
  const sockets: WebSocket[] = [];
  try {
    for (let nth = 0; nth < crowd.sockets; nth++) sockets.push(await connected(site, heard));
    const records = site.records.slice(0, crowd.edits);
    const since = new Date().toISOString();
    await commit(site, records.map(({ pfaId }) => pfaId));
    const all = () => [...heard.values()].reduce((sum, times) => sum + times.length, 0);
    await until(
      () => Promise.resolve(all()),
      (count) => count >= crowd.sockets * crowd.edits,
      200,
    );
    const { changes } = await site.ledger(since);
    const answered = changes.map(({ pfaId, at }) => ({ pfaId, at: Date.parse(at) }));
    const delays = answered.slice(WARM_UP).flatMap(({ pfaId, at }) =>
      heard.get(pfaId)!.map((time) => time - at)
    ).sort((a, b) => a - b);
    const at = (share: number) => delays[Math.floor(share * (delays.length - 1))]!;
    return { p50: at(0.5), p95: at(0.95), most: at(1) };
  } finally {
    for (const socket of sockets) socket.close();
  }
}

/** Opens a socket that notes when it heard of each record's success; resolves with the first message. */
export function connected(
  { origin, organizationId, person }: Pick<Site, "origin" | "organizationId" | "person">,
  heard: Map<string, number[]>,
): Promise<WebSocket> {
  const address = new URL(`/api/ws/sync/${organizationId}`, origin.replace("http", "ws"));
  const socket = new Socket(address, { headers: person.headers });
  return new Promise((resolve, reject) => {
    socket.onerror = (event) => reject(new Error(`Cannot open a socket: ${event.type}`));
    socket.onmessage = ({ data }) => {
      const now = performance.timeOrigin + performance.now();
      const { type, pfaId } = JSON.parse(data);
      if (type === "SNAPSHOT") resolve(socket);
      if (type !== "SYNC_SUCCESS") return;
      const times = heard.get(pfaId) ?? [];
      times.push(now);
      heard.set(pfaId, times);
    };
  });
}

async function commit({ person, organizationId }: Site, pfaIds: ReadonlyArray<string>) {
  const model = `seen ${Date.now()}`;
  await person.post("/api/pfa-data/save-draft", {
    organizationId,
    drafts: pfaIds.map((pfaId) => ({ pfaId, changes: { model } })),
  });
  await person.post("/api/pfa-data/commit-drafts", { organizationId });
}
