/** A database that goes away: whoever asks meanwhile is told to come again, and everything goes on afterwards. */
import assert from "node:assert/strict";
import { withApp } from "./app_client.ts";
import { aPlanner, mirrored } from "./builders.ts";
import { onPostgres } from "./database.ts";

onPostgres(
  "requests whose connections are cut are answered 503, and nothing is half done",
  (db) =>
    withApp(db, async (app) => {
      const planner = await aPlanner(db);
      const ids = Array.from({ length: 40 }, (_, nth) => `PFA-${nth}`);
      await mirrored(db, planner.organizationId, Object.fromEntries(ids.map((id) => [id, {}])));
      const ada = await app.as(planner.userId);
      const { organizationId } = planner;
      const told: string[] = [];
      for (let round = 0; round < 10; round++) {
        const answers = ids.map(async (pfaId, nth) => {
          const changes = { equipment: `${round} ${nth}` };
          const answer = await ada.post("/api/pfa-data/save-draft", {
            organizationId,
            pfaId,
            changes,
          });
          if (answer.status !== 200) told.push(`${answer.status} ${JSON.stringify(answer.body)}`);
          return answer.status;
        });
        const cut = db.owner`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`;
        const statuses = new Set(await Promise.all(answers));
        await cut.catch(() => undefined);
        assert.ok(statuses.isSubsetOf(new Set([200, 503])), told.join("\n"));
      }
      assert.ok(told.length > 0, "some were cut");
      const [saved] = await db.owner`
      select count(*)::int as drafts, (select count(*)::int from audit_entry
        where event_type = 'DRAFT_SAVED') as told from pfa_modification`;
      assert.ok(saved!.drafts <= ids.length && saved!.told >= saved!.drafts);
      // Each connection that was cut while idle may cost one more request.
      let status = 503;
      for (let nth = 0; nth < 20 && status === 503; nth++) {
        status = (await ada.get("/api/auth/me")).status;
      }
      assert.equal(status, 200);
    }),
);
