/** Sync History: the jobs, or one of them. */
import type { Job, JobPage } from "../../islands/details/job.ts";
import type { JobFilter } from "../../islands/history/filter.ts";
import {
  type HistoryProps as IslandProps,
  island as HistoryIsland,
} from "../../islands/history/history.tsx";
import type { Loaded } from "../../islands/listing.ts";
import type { Membership } from "../env.ts";
import { fieldsFor } from "./fields.ts";
import { Island } from "./island.tsx";
import { workplaceOf } from "./workplace.ts";

type HistoryProps =
  & { readonly organization: Membership }
  & (
    | { readonly filter: JobFilter; readonly loaded: Loaded<JobPage> }
    | { readonly job: string; readonly loaded: Loaded<Job> }
  );

export const History = ({ organization, ...shown }: HistoryProps) => (
  <Island<IslandProps>
    name="history"
    component={HistoryIsland}
    props={{
      workplace: workplaceOf(organization),
      fields: fieldsFor(organization.permissions),
      ...shown,
    }}
  />
);
