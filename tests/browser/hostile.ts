/** An organization full of text that would like to be script, wherever people and PEMS may write some. */
import { notify } from "../../db/notifications.ts";
import type { Database } from "../../db/sql.ts";
import { cookieOf } from "../app_client.ts";
import { aMember, anOrganization, aPfa, committed, drafted, mirrored } from "../builders.ts";
import type { Place } from "../routes.ts";

/** Were any of it read as markup, it would leave an element behind, and most of it would run. */
export const HOSTILE =
  `<img data-xss src=x onerror="xss=1">"'><svg data-xss onload=xss=1></svg><script data-xss>xss=1</script>` +
  `</textarea></title><a data-xss href="javascript:xss=1">{{7*7}}\${7*7}</a>`;
/** Less of it, where an id has its place. */
export const HOSTILE_ID = `"><img data-xss src=x onerror=xss=1>`;

interface Scene extends Place {
  readonly cookie: string;
}

/** Records, a dead letter, a conflict, a pause, a draft and news, and who may see them all. */
export async function aScene(db: Database): Promise<Scene> {
  const code = "HOSTILE";
  const organizationId = await anOrganization(db, { code });
  const tenant = await aMember(db, organizationId, {
    username: HOSTILE,
    email: `x${HOSTILE_ID}@x`,
  });
  const { userId } = tenant;
  await db.owner`update organization set name = ${HOSTILE}`;
  await db.owner`update app_user set display_name = ${HOSTILE}`;
  const hostile = {
    description: HOSTILE,
    areaSilo: HOSTILE,
    category: HOSTILE,
    class: HOSTILE,
    forecastCategory: HOSTILE,
    manufacturer: HOSTILE,
    model: HOSTILE,
    contract: HOSTILE,
    equipment: HOSTILE,
  };
  await mirrored(db, organizationId, {
    A: hostile,
    B: hostile,
    C: { ...hostile, category: "Cranes" },
    [HOSTILE_ID]: hostile,
  });
  const { jobId, modifications } = await committed(db, tenant, {
    A: { model: `1${HOSTILE}` },
    B: { model: `2${HOSTILE}` },
    [HOSTILE_ID]: { model: "3" },
  }, { changeReason: HOSTILE });
  const [dead, conflicting] = [...modifications.values()] as [string, string];
  const { worker } = db;
  await worker`
    update pfa_modification set sync_status = 'failed', sync_error = ${HOSTILE},
      write_id = gen_random_uuid() where id = ${dead}`;
  await worker`
    update pfa_write_queue set status = 'dead', last_error = ${HOSTILE}
    where modification_id = ${dead}`;
  await worker`
    insert into pfa_write_attempt (write_id, organization_id, pfa_id, nth, worker_id, sent_at,
      latency_ms, status, outcome, error)
    select write_id, organization_id, pfa_id, 1, gen_random_uuid(), now(), 3, 422, 'Buried',
      ${HOSTILE} from pfa_modification where id = ${dead}`;
  const side = (model: string) => JSON.stringify(aPfa({ ...hostile, model }));
  const [conflict] = await worker`
    insert into pfa_sync_conflict (pfa_id, organization_id, modification_ids, local_version,
      pems_version, base_data, local_data, pems_data, kind, conflict_fields, reason,
      pems_changed_by, write_id)
    values ('B', ${organizationId}, ${[conflicting]}, 1, 2, ${side("0")}::text::jsonb,
      ${side(`2${HOSTILE}`)}::text::jsonb, ${side(`3${HOSTILE}`)}::text::jsonb, 'fields',
      '{model}', ${HOSTILE}, ${HOSTILE}, gen_random_uuid())
    returning id`;
  await worker`update pfa_modification set sync_status = 'conflict' where id = ${conflicting}`;
  await worker`update pfa_write_queue set status = 'conflict' where modification_id = ${conflicting}`;
  await worker`select follow_heads(${organizationId}, ${["A", "B"]}, true)`;
  await worker`update sync_job set reason = ${HOSTILE}, error = ${HOSTILE}`;
  await worker`update organization set pause = 'administrator', paused_at = now(),
    pause_reason = ${HOSTILE}`;
  await notify(worker, {
    organizationId,
    userIds: [userId],
    administrators: true,
    kind: "failure",
    title: HOSTILE,
    body: HOSTILE,
    pfaId: HOSTILE_ID,
  });
  await drafted(db, tenant, { C: { description: `4${HOSTILE}` } });
  const cookie = await cookieOf(db, userId);
  return { organizationId, code, userId, jobId, conflictId: conflict!.id, cookie };
}
