/** After a run: what PEMS did against what the tables say, and how long commits took to be in PEMS. */
import postgres from "postgres";
import { doctorFindsNothing, oneStory, withBooks } from "../tests/chaos/reckoning.ts";
import type { Site } from "./bench/site.ts";

export interface Reckoning {
  readonly committed: number;
  /** Of these: synced, discarded by a decision, and in any other state, which is none at rest. */
  readonly synced: number;
  readonly discarded: number;
  readonly open: number;
  /** Those that took a decision of a person, or wait for one. */
  readonly decided: number;
  readonly deadLetters: number;
  /** Seconds from commit to synced. */
  readonly p95Seconds: number | null;
  readonly mostSeconds: number | null;
  /** In the end state of one table, and in PEMS once; the reason where not. */
  readonly disagreement: string | null;
}

/** Of what was committed from the instant on; to be asked once nothing is queued. */
export async function reckon(site: Site, since: string): Promise<Reckoning> {
  const sql = postgres(site.databaseUrl, { max: 1, onnotice: () => {} });
  try {
    const [row] = await sql<[Omit<Reckoning, "disagreement">]>`
      with run as (
        select m.*, extract(epoch from synced_at - committed_at)::float8 as seconds
        from pfa_modification m where committed_at >= ${since}
      )
      select count(*)::int as committed,
        (count(*) filter (where sync_status = 'synced'))::int as synced,
        (count(*) filter (where sync_status = 'discarded'))::int as discarded,
        (count(*) filter (where sync_status not in ('synced', 'discarded')))::int as open,
        (count(*) filter (where exists (
          select from audit_entry a where a.modification_id = run.id
            and a.event_type in ('CONFLICT_DETECTED', 'DEAD_LETTER'))))::int as decided,
        (count(*) filter (where exists (
          select from audit_entry a where a.modification_id = run.id
            and a.event_type = 'DEAD_LETTER')))::int as "deadLetters",
        percentile_cont(0.95) within group (order by seconds) as "p95Seconds",
        max(seconds) as "mostSeconds"
      from run`;
    return { ...row, disagreement: await disagreement(site) };
  } finally {
    await sql.end();
  }
}

/** Both ledgers, whole: every write once, every version, attempt, entry and invariant. */
const disagreement = ({ pems, databaseUrl }: Site): Promise<string | null> =>
  withBooks({ pems, postgres: { url: databaseUrl } }, async (books) => {
    try {
      await oneStory(books);
      await doctorFindsNothing(books);
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  });
