/** Deployments: another version that comes to work is noted once, and told to the dashboard. */
import assert from "node:assert/strict";
import { noteDeployment } from "../db/deployments.ts";
import { withApp } from "./app_client.ts";
import { aMember, aPlanner } from "./builders.ts";
import { onEach } from "./database.ts";

onEach("however many processes start, a deployment is another version than before", async (db) => {
  await db.owner`delete from deployment`;
  for (const version of ["1.0.0", "1.0.0", "1.1.0"]) await noteDeployment(db.owner, version);
  await Promise.all([1, 2, 3, 4].map(() => noteDeployment(db.owner, "1.20.0")));
  await noteDeployment(db.owner, "1.0.0");
  const noted = await db.owner`select previous, version from deployment order by id`;
  assert.deepEqual(noted.map(({ previous, version }) => [previous, version]), [
    [null, "1.0.0"],
    ["1.0.0", "1.1.0"],
    ["1.1.0", "1.20.0"],
    ["1.20.0", "1.0.0"],
  ]);
});

onEach(
  "the dashboard marks a deployment, not the first start, to who sees no amounts too",
  async (db) => {
    await withApp(db, async (app) => {
      const { organizationId } = await aPlanner(db);
      await db.owner`delete from deployment`;
      // The shape of an amount.
      for (const version of ["1.0", "2.50"]) await noteDeployment(db.owner, version);
      const { userId } = await aMember(db, organizationId, { permissions: ["Read"] });
      const { body } = await (await app.as(userId)).get(
        `/api/pems/metrics?organizationId=${organizationId}`,
      );
      const marks = body.marks.map(({ event, reason }: Record<string, string>) => [event, reason]);
      assert.deepEqual(marks, [["DEPLOYMENT", "2.50 after 1.0"]]);
    });
  },
);
