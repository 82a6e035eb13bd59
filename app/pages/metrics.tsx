/** The metrics dashboard of an organization. */
import type { Loaded } from "../../islands/listing.ts";
import {
  island as MetricsIsland,
  type MetricsProps as IslandProps,
} from "../../islands/metrics/metrics.tsx";
import type { Chosen } from "../../islands/metrics/ranges.ts";
import type { Membership } from "../env.ts";
import type { Metrics as Series } from "../series.ts";
import { Island } from "./island.tsx";
import { workplaceOf } from "./workplace.ts";

interface MetricsProps {
  readonly organization: Membership;
  readonly chosen: Chosen;
  readonly loaded: Loaded<Series>;
}

export const Metrics = ({ organization, ...shown }: MetricsProps) => (
  <Island<IslandProps>
    name="metrics"
    component={MetricsIsland}
    props={{ workplace: workplaceOf(organization), ...shown }}
  />
);
