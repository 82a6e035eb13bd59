/** GridLab: the editable grid. The server draws its frame and the first rows; the rest streams in. */
import { island as GridIsland } from "../../islands/grid/grid.tsx";
import type { PfaView } from "../../islands/record.ts";
import { isNarrowed, readShape } from "../../islands/records/shape.ts";
import type { Membership } from "../env.ts";
import { fieldsFor } from "./fields.ts";
import { Island } from "./island.tsx";
import { workplaceOf } from "./workplace.ts";

interface GridProps {
  readonly organization: Membership;
  /** The page's query: sort, search and filters. */
  readonly search: { readonly [name: string]: string };
  /** What is drawn at once. */
  readonly first: ReadonlyArray<PfaView>;
}

/** As many as the tallest usual screen shows before the rest comes. */
const FIRST_ROWS = "24";

/** Asks for the first records; undefined where the query orders or narrows them, which the tab does itself. */
export const firstRows = (search: GridProps["search"]): { readonly limit: string } | undefined => {
  const shape = readShape(search);
  return isNarrowed(shape) || shape.sort || shape.group ? undefined : { limit: FIRST_ROWS };
};

export const Grid = ({ organization, search, first }: GridProps) => (
  <>
    <noscript>
      <p class="notice slim">
        These are the first records, for reading. The whole grid needs scripts; CommandDeck shows
        the figures without them.
      </p>
    </noscript>
    <Island
      name="grid"
      component={GridIsland}
      props={{
        workplace: workplaceOf(organization),
        fields: fieldsFor(organization.permissions),
        shape: readShape(search),
        first,
      }}
    />
  </>
);
