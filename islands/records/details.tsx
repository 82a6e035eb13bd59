/** The popover of a badge: the story of the write, what differs from PEMS, and what can be done about it. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { discardDrafts, Refusal } from "../api.ts";
import { Badge } from "../badge.tsx";
import { Actions } from "../details/actions.tsx";
import { Story } from "../details/story.tsx";
import { written } from "../format.ts";
import { Icon } from "../icons.tsx";
import type { Value } from "../record.ts";
import { toast } from "../toasts.tsx";
import type { Desk } from "./desk.ts";
import type { Row } from "./records.ts";

interface DetailsProps {
  readonly desk: Desk;
  readonly commit: (modificationIds: ReadonlyArray<string>) => void;
}

export function Details({ desk, commit }: DetailsProps) {
  const popover = useRef<HTMLDivElement>(null);
  const row = desk.details.value;
  useLayoutEffect(() => {
    if (row !== undefined) open(popover.current!);
  }, [row]);
  const closed = (event: { readonly newState: string }) => {
    if (event.newState === "closed") desk.details.value = undefined;
  };
  return (
    <div
      ref={popover}
      popover="auto"
      class="details"
      role="dialog"
      aria-label={row === undefined ? "Sync details" : `Sync of ${desk.records.ids[row]}`}
      onToggle={closed}
    >
      {row !== undefined && (
        <Content
          desk={desk}
          row={row}
          commit={commit}
          close={() => popover.current?.hidePopover()}
        />
      )}
    </div>
  );
}

/** Under the badge it belongs to, inside the window. */
function open(popover: HTMLElement): void {
  const anchor = document.activeElement!.getBoundingClientRect();
  popover.showPopover();
  const { width, height } = popover.getBoundingClientRect();
  const left = Math.min(anchor.left, innerWidth - width - 8);
  const below = anchor.bottom + 4;
  const top = below + height > innerHeight ? anchor.top - height - 4 : below;
  popover.style.setProperty("left", `${Math.max(8, left)}px`);
  popover.style.setProperty("top", `${Math.max(8, top)}px`);
  popover.querySelector<HTMLElement>("button")?.focus();
}

interface ContentProps extends DetailsProps {
  readonly row: Row;
  readonly close: () => void;
}

function Content({ desk, row, commit, close }: ContentProps) {
  desk.records.watch(row);
  desk.records.watchBadge(row);
  const sync = desk.records.sync(row);
  const { modificationId } = sync;
  const { workplace } = desk.props;
  const own = sync.status === "draft" && modificationId !== undefined;
  return (
    <>
      <header>
        <h2>{desk.records.ids[row]}</h2>
        <Badge sync={sync} />
        <button type="button" class="icon-button" aria-label="Close" onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <Story
        organizationId={workplace.organizationId}
        pfaId={desk.records.ids[row]!}
        sync={sync}
      />
      <Differences desk={desk} row={row} />
      <Actions pfaId={desk.records.ids[row]!} workplace={workplace} sync={sync} close={close}>
        {own && (
          <>
            <button
              type="button"
              class="plain danger"
              onClick={() => {
                close();
                void discard(desk, row, modificationId);
              }}
            >
              <Icon name="undo" /> Discard draft
            </button>
            {workplace.maySync && (
              <button
                type="button"
                class="plain"
                onClick={() => {
                  close();
                  commit([modificationId]);
                }}
              >
                <Icon name="send" /> Sync this one
              </button>
            )}
          </>
        )}
      </Actions>
    </>
  );
}

function Differences({ desk, row }: { readonly desk: Desk; readonly row: Row }) {
  const baseline = desk.records.baseline(row);
  const fields = desk.props.fields.filter(({ name }) => name in baseline);
  if (fields.length === 0) return null;
  const text = (kind: string, value: Value) => written(kind, value) || "nothing";
  return (
    <dl class="differences">
      {fields.map(({ name, label, kind }) => (
        <div key={name}>
          <dt>{label}</dt>
          <dd>
            <del>{text(kind, baseline[name]!)}</del>{" "}
            <ins>{text(kind, desk.records.value(row, name))}</ins>
          </dd>
        </div>
      ))}
    </dl>
  );
}

async function discard(desk: Desk, row: Row, modificationId: string): Promise<void> {
  const pfaId = desk.records.ids[row]!;
  try {
    await discardDrafts(desk.props.workplace.organizationId, [modificationId]);
    toast("info", `The draft of ${pfaId} was discarded`);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    toast("bad", `The draft of ${pfaId} stays: ${error.message}`);
  }
  desk.loading.again([pfaId]);
}
