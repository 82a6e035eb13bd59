/** GridLab: the editable grid. The server draws its frame and columns; the records stream in. */
import { island as GridIsland } from "../../islands/grid/grid.tsx";
import { readShape } from "../../islands/records/shape.ts";
import type { Membership } from "../env.ts";
import { fieldsFor } from "./fields.ts";
import { Island } from "./island.tsx";
import { workplaceOf } from "./workplace.ts";

interface GridProps {
  readonly organization: Membership;
  /** The page's query: sort, search and filters. */
  readonly search: { readonly [name: string]: string };
}

export const Grid = ({ organization, search }: GridProps) => (
  <>
    <noscript>
      <p class="notice">GridLab needs scripts. CommandDeck shows the figures without them.</p>
    </noscript>
    <Island
      name="grid"
      component={GridIsland}
      props={{
        workplace: workplaceOf(organization),
        fields: fieldsFor(organization.permissions),
        shape: readShape(search),
      }}
    />
  </>
);
