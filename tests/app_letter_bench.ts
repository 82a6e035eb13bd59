/** Dead letters by the hundred on the bench of the API, and their groups as it tells them. */
import { LetterGroups } from "../app/replay_shapes.ts";
import type { Bench } from "./app_bench.ts";
import { assertShape } from "./app_client.ts";
import { mirrored } from "./builders.ts";
import { buried } from "./stuck.ts";

/** Of what most of them died. */
export const CLOSED = "PEMS refused it: the cost centre is closed";

/** So many records, `L-001` and on, each dead of the same. */
export async function manyBuried(bench: Bench, count: number, error: Parameters<typeof buried>[2]) {
  const ids = Array.from({ length: count }, (_, nth) => `L-${String(nth + 1).padStart(3, "0")}`);
  await mirrored(bench.db, bench.organizationId, Object.fromEntries(ids.map((id) => [id, {}])));
  const changes = Object.fromEntries(ids.map((id) => [id, { model: `M-${id}` }]));
  return await buried(bench, changes, error);
}

/** Their groups, in the shape that OpenAPI tells. */
export const groupsOf = async ({ caller, organizationId }: Bench) => {
  const path = `/api/pems/dead-letters/groups?organizationId=${organizationId}`;
  const { body } = await caller.get(path);
  assertShape(LetterGroups, body);
  return body as typeof LetterGroups.Type;
};
