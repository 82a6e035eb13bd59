/** Conflicts: what needs a decision, and what was decided. */
import type { ConflictFilter } from "../../islands/conflicts/filter.ts";
import type { ConflictPage } from "../../islands/conflicts/conflict.ts";
import { island as ConflictsIsland } from "../../islands/conflicts/conflicts.tsx";
import type { Loaded } from "../../islands/listing.ts";
import type { Membership } from "../env.ts";
import { fieldsFor } from "./fields.ts";
import { Island } from "./island.tsx";
import { workplaceOf } from "./workplace.ts";

interface ConflictsProps {
  readonly organization: Membership;
  readonly filter: ConflictFilter;
  readonly loaded: Loaded<ConflictPage>;
}

export const Conflicts = ({ organization, filter, loaded }: ConflictsProps) => (
  <Island
    name="conflicts"
    component={ConflictsIsland}
    props={{
      workplace: workplaceOf(organization),
      fields: fieldsFor(organization.permissions),
      filter,
      loaded,
    }}
  />
);
