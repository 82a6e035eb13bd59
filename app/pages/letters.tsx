/** Dead letters, for who manages the organization's settings. */
import type { GroupPage } from "../../islands/letters/groups.ts";
import {
  island as LettersIsland,
  type LettersProps as IslandProps,
} from "../../islands/letters/letters.tsx";
import type { Loaded } from "../../islands/listing.ts";
import type { Membership } from "../env.ts";
import { fieldsFor } from "./fields.ts";
import { Island } from "./island.tsx";
import { workplaceOf } from "./workplace.ts";

interface LettersProps {
  readonly organization: Membership;
  readonly loaded: Loaded<GroupPage>;
  readonly open: IslandProps["open"];
}

export const Letters = ({ organization, loaded, open }: LettersProps) => (
  <Island<IslandProps>
    name="letters"
    component={LettersIsland}
    props={{
      workplace: workplaceOf(organization),
      fields: fieldsFor(organization.permissions),
      loaded,
      open,
    }}
  />
);
