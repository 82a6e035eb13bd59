/** CommandDeck: what the organization's records come to, how the sync stands, and the drafts to review. */
import type { SyncCounts } from "../../domain/event.ts";
import { island as DeckIsland } from "../../islands/deck/deck.tsx";
import type { Needs } from "../../islands/deck/needs.tsx";
import type { Membership } from "../env.ts";
import type { Review } from "../review_shapes.ts";
import { fieldsFor } from "./fields.ts";
import { Island } from "./island.tsx";
import { workplaceOf } from "./workplace.ts";

/** Costs are JSON numbers; null throughout for a user without ViewFinancials. */
export interface DeckData {
  readonly records: number;
  readonly costs: {
    readonly plan: number;
    readonly forecast: number;
    readonly actual: number;
    readonly variance: number;
  } | null;
  readonly byCategory: ReadonlyArray<{
    readonly category: string;
    readonly records: number;
    readonly plan: number | null;
    readonly forecast: number | null;
    readonly actual: number | null;
    readonly variance: number | null;
  }>;
  readonly status: SyncCounts;
  /** Of the user's own drafts. */
  readonly review: Review;
  /** What filters may be set to. */
  readonly choices: { readonly class: ReadonlyArray<string>; readonly area: ReadonlyArray<string> };
}

interface DeckProps {
  readonly organization: Membership;
  readonly deck: DeckData;
  readonly needs: Needs;
}

export const Deck = ({ organization, deck, needs }: DeckProps) => (
  <Island
    name="deck"
    component={DeckIsland}
    props={{
      workplace: workplaceOf(organization),
      fields: fieldsFor(organization.permissions),
      deck,
      needs,
    }}
  />
);
