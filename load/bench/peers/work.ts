/** One job as every peer does it: one PUT, then mark, mirror, history and audit in one transaction. */
import postgres from "postgres";

export interface Job {
  readonly pfaId: string;
  readonly version: number;
}

/** The tables that the work writes to, as narrow as they can be. */
export const TABLES = `
  create table work_item (pfa_id text primary key, status text not null default 'queued',
    changes jsonb not null, pems_version int, synced_at timestamptz) with (fillfactor = 70);
  create index work_item_waiting on work_item (pfa_id) where status = 'queued';
  create table work_mirror (pfa_id text primary key, version int not null, data jsonb not null)
    with (fillfactor = 70);
  create table work_history (pfa_id text not null, version int not null, data jsonb not null,
    at timestamptz not null default now());
  create table work_audit (id bigint generated always as identity primary key, pfa_id text not null,
    event text not null, details jsonb not null, at timestamptz not null default now());`;

/** A record's data, of the size that PEMS's have. */
const DATA = {
  description: "Crawler crane 250 t",
  areaSilo: "Area 12",
  category: "Cranes",
  class: "Crawler",
  manufacturer: "Liebherr",
  model: "LR 1250",
  equipment: "CRN-0012",
  source: "Rental",
  dor: "BEO",
  monthlyRate: "5500.00",
  originalStart: "2026-01-01",
  originalEnd: "2026-08-31",
  forecastStart: "2026-01-15",
  forecastEnd: "2026-09-15",
};

export const pfaIdOf = (nth: number) => `PFA-${nth}`;

/** So many items and records from the number on, for the work to change. */
export const fillWork = (sql: postgres.Sql, from: number, count: number) =>
  sql`
    with items as (
      insert into work_item (pfa_id, changes)
      select 'PFA-' || n, '{"model": {"from": "LR 1250", "to": "LR 1300"}}'
      from generate_series(${from}::int, ${from + count - 1}::int) n
    )
    insert into work_mirror (pfa_id, version, data)
    select 'PFA-' || n, 1, ${JSON.stringify(DATA)}::text::jsonb
    from generate_series(${from}::int, ${from + count - 1}::int) n`;

export interface Surroundings {
  readonly databaseUrl: string;
  readonly stub: string;
  /** Calls per second that PEMS allows; undefined: no limit. */
  readonly rate: number | undefined;
}

export const surroundings = (): Surroundings => ({
  databaseUrl: Deno.env.get("DATABASE_URL")!,
  stub: Deno.env.get("STUB_URL")!,
  rate: Number(Deno.env.get("RATE")) || undefined,
});

/** What a user would put before each call where the queue has no limit of its own: an even beat in this process. */
function beat(rate: number | undefined): () => Promise<void> {
  if (rate === undefined) return () => Promise.resolve();
  let next = 0;
  return async () => {
    const now = performance.now();
    next = Math.max(next + 1000 / rate, now);
    await new Promise((done) => setTimeout(done, next - now));
  };
}

/** Does one job. Throws, changing nothing, when PEMS does not answer 200. */
export function worker({ databaseUrl, stub, rate }: Surroundings) {
  const sql = postgres(databaseUrl, { max: 10, onnotice: () => {} });
  const turn = beat(rate);
  return async ({ pfaId, version }: Job): Promise<void> => {
    await turn();
    const response = await fetch(`${stub}/api/pems/pfa/${pfaId}`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        pfaId,
        organizationCode: "BENCH",
        changes: { model: "LR 1300" },
        version,
        modifiedBy: "bench",
        changeReason: "",
      }),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`PEMS answered ${response.status}`);
    }
    const { newVersion } = await response.json() as { newVersion: number };
    // A statement is a transaction: as fast as the same in several, or faster.
    await sql`
      with marked as (
        update work_item set status = 'synced', pems_version = ${newVersion}, synced_at = now()
        where pfa_id = ${pfaId}
      ), mirrored as (
        update work_mirror m set version = ${newVersion}, data = m.data || '{"model": "LR 1300"}'
        from work_mirror before where m.pfa_id = ${pfaId} and before.pfa_id = m.pfa_id
        returning before.version, before.data
      ), kept as (
        insert into work_history (pfa_id, version, data)
        select ${pfaId}::text, version, data from mirrored
      )
      insert into work_audit (pfa_id, event, details)
      values (${pfaId}::text, 'WRITE_RESULT', '{"status": 200}')`;
  };
}
