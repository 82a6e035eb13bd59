/** CommandDeck: costs, the sync at a glance, what needs a person, bulk changes, and the review of drafts. */
import { type Signal, useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { DeckData } from "../../app/pages/deck.tsx";
import { offer } from "../commands.ts";
import type { FieldMeta, Workplace } from "../field.ts";
import { Icon } from "../icons.tsx";
import { liveOf } from "../live.ts";
import { toast } from "../toasts.tsx";
import type { BulkProps } from "./bulk/dialog.tsx";
import { Categories } from "./categories.tsx";
import { SyncHealth } from "./health.tsx";
import { Months } from "./months.tsx";
import { type Needs, NeedsYou } from "./needs.tsx";
import { Review } from "./review.tsx";
import { Reviewing } from "./reviewing.ts";
import { Tiles } from "./tiles.tsx";

export interface DeckProps {
  readonly workplace: Workplace;
  readonly fields: ReadonlyArray<FieldMeta>;
  readonly deck: DeckData;
  readonly needs: Needs;
}

type Dialog = ComponentType<BulkProps>;

function Deck({ workplace, fields, deck, needs }: DeckProps) {
  const live = liveOf(workplace.organizationId);
  const [reviewing] = useState(() => new Reviewing(workplace, deck.review));
  const bulk = useSignal<{ readonly Dialog: Dialog } | undefined>(undefined);
  const mayChange = workplace.mayEdit && fields.some(({ locked }) => !locked);
  useEffect(() => live.listen(() => {}), []);
  useEffect(reviewing.follow, []);
  useEffect(() => {
    if (mayChange && new URLSearchParams(location.search).has("bulk")) void openBulk(bulk);
    return commands({
      workplace,
      reviewing,
      ...(mayChange && { open: () => void openBulk(bulk) }),
    });
  }, []);
  const status = live.status.value ?? deck.status;
  return (
    <div class="deck">
      <header class="deck-head">
        <h1>CommandDeck</h1>
        <p class="muted">{workplace.organizationName}</p>
        {mayChange && (
          <button
            type="button"
            class="plain needs-scripts"
            onClick={() => void openBulk(bulk)}
          >
            <Icon name="bulk" />
            Bulk change…
          </button>
        )}
      </header>
      <Tiles records={deck.records} costs={deck.costs} workplace={workplace} />
      <SyncHealth status={status} workplace={workplace} />
      <div class="deck-halves">
        <NeedsYou workplace={workplace} status={status} atFirst={needs} />
        <Review workplace={workplace} fields={fields} reviewing={reviewing} />
      </div>
      <div class="deck-halves">
        {deck.costs && <Months workplace={workplace} />}
        <Categories categories={deck.byCategory} workplace={workplace} />
      </div>
      {bulk.value && (
        <bulk.value.Dialog
          workplace={workplace}
          fields={fields}
          choices={{
            ...deck.choices,
            category: deck.byCategory.map(({ category }) => category),
          }}
          changed={() => void reviewing.refresh()}
          close={() => bulk.value = undefined}
        />
      )}
    </div>
  );
}
export { Deck as island };

async function openBulk(bulk: Signal<{ readonly Dialog: Dialog } | undefined>): Promise<void> {
  try {
    const { Bulk } = await import("./bulk/dialog.tsx");
    bulk.value = { Dialog: Bulk };
  } catch {
    toast("bad", "The dialog could not be loaded. Is the server reachable?");
  }
}

interface Commanding {
  readonly workplace: Workplace;
  readonly reviewing: Reviewing;
  readonly open?: () => void;
}

/** What the page can do, by its keys and from the palette. Returns the way to stop. */
function commands({ workplace, reviewing, open }: Commanding): () => void {
  const save = () => void reviewing.send();
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    // Not from within a dialog: what stands behind it is not in sight.
    if (workplace.maySync && !document.querySelector("dialog[open]")) save();
  };
  document.addEventListener("keydown", keys);
  const withdraw = offer([
    ...(workplace.maySync
      ? [
        {
          id: "save",
          label: "Save & Sync my drafts",
          icon: "send",
          keys: "Ctrl+S",
          run: save,
        } as const,
      ]
      : []),
    ...(open ? [{ id: "bulk", label: "Bulk change…", icon: "bulk", run: open } as const] : []),
  ]);
  return () => {
    document.removeEventListener("keydown", keys);
    withdraw();
  };
}
