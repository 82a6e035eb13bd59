/** News between processes: the worker's bell, and the events that live sockets carry to browsers. */
import type { Notice } from "../domain/event.ts";
import type { Runner } from "./sql.ts";

/** Rings for work; the payload is the connection's id, or empty for all. */
export const WORK = "pfa_work";
/** Rings for somebody to read PEMS. */
export const READ = "pfa_read";
/** A JSON array of `Notice`. */
export const EVENT = "pfa_event";

/** Postgres refuses payloads of 8,000 bytes. */
const MOST_BYTES = 7_900;
const bytes = new TextEncoder();

export const ringForWork = (sql: Runner, connectionId: string | null) =>
  sql`select pg_notify(${WORK}, ${connectionId ?? ""})`;

export const ringForReading = (sql: Runner) => sql`select pg_notify(${READ}, '')`;

/** Sends the notices when the transaction commits, as few notifications as they fit in. */
export async function announce(sql: Runner, notices: ReadonlyArray<Notice>): Promise<void> {
  if (notices.length === 0) return;
  await sql`select pg_notify(${EVENT}, payload) from unnest(${payloads(notices)}::text[]) payload`;
}

/** The notices as JSON arrays that each fit one notification. */
export function payloads(notices: ReadonlyArray<Notice>): string[] {
  const arrays: string[] = [];
  let members: string[] = [];
  let size = 2;
  for (const notice of notices) {
    const member = JSON.stringify(notice);
    const length = bytes.encode(member).length + 1;
    if (size + length > MOST_BYTES && members.length > 0) {
      arrays.push(`[${members.join(",")}]`);
      members = [];
      size = 2;
    }
    members.push(member);
    size += length;
  }
  return [...arrays, `[${members.join(",")}]`];
}
