/** The pages of who keeps the sync going: jobs, metrics, dead letters, the audit trail, the system. */
import { Hono } from "hono";
import { auditFilter } from "../../islands/audit/filter.ts";
import type { Job, JobPage } from "../../islands/details/job.ts";
import { jobFilter, jobQuery } from "../../islands/history/filter.ts";
import { type GroupPage, type LetterPage, letterQuery } from "../../islands/letters/groups.ts";
import { chosenOf, metricsQuery } from "../../islands/metrics/ranges.ts";
import type { System as Standing } from "../../islands/system/standing.ts";
import type { AppEnv } from "../env.ts";
import type { Metrics as MetricsSeries } from "../series.ts";
import { Audit, readAudit } from "./audit.tsx";
import { type Framing, secured } from "./framing.tsx";
import { History } from "./history.tsx";
import { Letters } from "./letters.tsx";
import { Metrics } from "./metrics.tsx";
import { System } from "./system.tsx";

export function adminPages({ framed, read }: Framing): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .get("/history", secured, (c) =>
      framed(c, async (_session, organization) => {
        const { job } = c.req.query();
        const head = { title: job ? "Job" : "Sync History", islands: ["history"] };
        if (job) {
          const path = `/api/pems/sync-jobs/${encodeURIComponent(job)}`;
          const loaded = await read<Job>(c, path, { limit: "100" });
          return { head, body: <History {...{ organization, job, loaded }} /> };
        }
        const filter = jobFilter(c.req.query());
        const asked = jobQuery(organization.id, filter);
        const loaded = await read<JobPage>(c, "/api/pems/sync-jobs", asked);
        return { head, body: <History {...{ organization, filter, loaded }} /> };
      }))
    .get("/metrics-dashboard", secured, (c) =>
      framed(c, async (_session, organization) => {
        const chosen = chosenOf(c.req.query());
        const asked = metricsQuery(organization.id, chosen, Date.now() / 1000);
        return {
          head: { title: "Metrics", islands: ["metrics"] },
          body: (
            <Metrics
              {...{ organization, chosen }}
              loaded={await read<MetricsSeries>(c, "/api/pems/metrics", asked)}
            />
          ),
        };
      }))
    .get("/dead-letters", secured, (c) =>
      framed(c, async (_session, organization) => {
        const asked = { organizationId: organization.id };
        const { group } = c.req.query();
        return {
          head: { title: "Dead letters", islands: ["letters"] },
          body: (
            <Letters
              organization={organization}
              loaded={await read<GroupPage>(c, "/api/pems/dead-letters/groups", asked)}
              open={group
                ? {
                  group,
                  loaded: await read<LetterPage>(
                    c,
                    "/api/pems/dead-letters",
                    letterQuery(organization.id, group),
                  ),
                }
                : undefined}
            />
          ),
        };
      }, "ManageSettings"))
    .get("/audit", secured, (c) =>
      framed(c, async (_session, organization) => {
        const filter = auditFilter(c.req.query());
        const shown = await readAudit((path, asked) => read(c, path, asked), organization, filter);
        return {
          head: { title: "Audit", islands: ["audit"] },
          body: <Audit {...{ organization, filter }} {...shown} />,
        };
      }, "ManageSettings"))
    .get("/system", secured, (c) =>
      framed(c, async (_session, organization) => {
        const asked = { organizationId: organization.id };
        const loaded = await read<Standing>(c, "/api/admin/system", asked);
        return {
          head: { title: "System", islands: ["system"] },
          body: <System {...{ organization, loaded }} />,
        };
      }, "ManageSettings"));
}
