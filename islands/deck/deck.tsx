/** CommandDeck: costs and counts, the sync at a glance, and the review of one's own drafts before they go. */
import { useEffect } from "preact/hooks";
import type { DeckData } from "../../app/pages/deck.tsx";
import type { FieldMeta, Workplace } from "../field.ts";
import { liveOf } from "../live.ts";
import { Categories } from "./categories.tsx";
import { Drafts } from "./drafts.tsx";
import { SyncHealth } from "./health.tsx";
import { Tiles } from "./tiles.tsx";

export interface DeckProps {
  readonly workplace: Workplace;
  readonly fields: ReadonlyArray<FieldMeta>;
  readonly deck: DeckData;
}

function Deck({ workplace, fields, deck }: DeckProps) {
  const live = liveOf(workplace.organizationId);
  useEffect(() => live.listen(() => {}), []);
  return (
    <div class="deck">
      <header class="deck-head">
        <h1>CommandDeck</h1>
        <p class="muted">{workplace.organizationName}</p>
      </header>
      <Tiles records={deck.records} costs={deck.costs} />
      <SyncHealth status={live.status.value ?? deck.status} workplace={workplace} />
      <div class="deck-halves">
        <Drafts workplace={workplace} fields={fields} drafts={deck.drafts} />
        <Categories categories={deck.byCategory} workplace={workplace} />
      </div>
    </div>
  );
}
export { Deck as island };
