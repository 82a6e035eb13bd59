/** CommandDeck: what the organization's records come to, how the sync stands, and the drafts to review. */
import type { SyncCounts } from "../../domain/event.ts";
import type { WireValue } from "../../domain/pfa.ts";
import { island as DeckIsland } from "../../islands/deck/deck.tsx";
import type { Membership } from "../env.ts";
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
  }>;
  readonly status: SyncCounts;
  /** The user's own. */
  readonly drafts: ReadonlyArray<{
    readonly modificationId: string;
    readonly pfaId: string;
    readonly changes: ReadonlyArray<{
      readonly field: string;
      readonly from: WireValue;
      readonly to: WireValue;
    }>;
  }>;
}

interface DeckProps {
  readonly organization: Membership;
  readonly deck: DeckData;
}

export const Deck = ({ organization, deck }: DeckProps) => (
  <Island
    name="deck"
    component={DeckIsland}
    props={{
      workplace: workplaceOf(organization),
      fields: fieldsFor(organization.permissions),
      deck,
    }}
  />
);
