/** Timeline: the bars of plan, forecast and actual. The server draws its frame; the records stream in. */
import { readShape } from "../../islands/records/shape.ts";
import { readOutlook } from "../../islands/timeline/outlook.ts";
import { island as TimelineIsland } from "../../islands/timeline/timeline.tsx";
import type { Membership } from "../env.ts";
import { fieldsFor } from "./fields.ts";
import { Island } from "./island.tsx";
import { workplaceOf } from "./workplace.ts";

interface TimelineProps {
  readonly organization: Membership;
  /** The page's query: zoom, date, groups, order and filters. */
  readonly search: { readonly [name: string]: string };
}

export const Timeline = ({ organization, search }: TimelineProps) => (
  <>
    <noscript>
      <p class="notice">Timeline needs scripts. CommandDeck shows the figures without them.</p>
    </noscript>
    <Island
      name="timeline"
      component={TimelineIsland}
      props={{
        workplace: workplaceOf(organization),
        fields: fieldsFor(organization.permissions),
        shape: readShape(search),
        outlook: readOutlook(search),
      }}
    />
  </>
);
