/** The system as it stands, for who manages an organization's settings. */
import type { Loaded } from "../../islands/listing.ts";
import type { System as Standing } from "../../islands/system/standing.ts";
import { island as SystemIsland } from "../../islands/system/system.tsx";
import type { Membership } from "../env.ts";
import { Island } from "./island.tsx";
import { workplaceOf } from "./workplace.ts";

interface SystemProps {
  readonly organization: Membership;
  readonly loaded: Loaded<Standing>;
}

export const System = ({ organization, loaded }: SystemProps) => (
  <Island
    name="system"
    component={SystemIsland}
    props={{ workplace: workplaceOf(organization), loaded }}
  />
);
