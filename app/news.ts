/** Notices on their way to browsers: a commit's with the records it queued, a metrics' with its points. */
import { listQueued } from "../db/jobs.ts";
import { asTenant, type Sql } from "../db/sql.ts";
import type { Notice } from "../domain/event.ts";
import { newestPoints } from "./series.ts";

const MOST_AT_ONCE = 1000;

/** The messages of a notice; the records of a job are read once for all sockets. */
export async function expand(app: Sql, notice: Notice): Promise<ReadonlyArray<object>> {
  const tenant = { organizationId: notice.organizationId, userId: "" };
  if (notice.type === "METRICS") {
    return [{
      ...notice,
      series: await asTenant(app, tenant, (tx) => newestPoints(tx, notice.at)),
    }];
  }
  if (notice.type !== "SYNC_QUEUED") return [notice];
  const records = await asTenant(app, tenant, (tx) => listQueued(tx, notice.jobId));
  const messages: object[] = [];
  for (let at = 0; at < Math.max(records.length, 1); at += MOST_AT_ONCE) {
    const some = records.slice(at, at + MOST_AT_ONCE);
    messages.push({ ...notice, pfaIds: some.map(({ pfaId }) => pfaId), records: some });
  }
  return messages;
}
