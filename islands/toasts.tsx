/** Toasts: short news in a corner. The newest few; older ones wait. Timed by a CSS animation, so hovering pauses it. */
import { signal } from "@preact/signals";
import { Icon } from "./icons.tsx";

export interface Toast {
  readonly id: number;
  readonly tone: "good" | "info" | "bad";
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

const SHOWN = 3;
/** Written only by browsers' event handlers: on the server it stays empty. */
const waiting = signal<ReadonlyArray<Toast>>([]);
let lastId = 0;

export function toast(tone: Toast["tone"], text: string, action?: Toast["action"]): void {
  waiting.value = [...waiting.value, { id: ++lastId, tone, text, ...(action && { action }) }];
}

const dismiss = (id: number) => waiting.value = waiting.value.filter((one) => one.id !== id);

const GLYPHS = { good: "check", info: "info", bad: "alert" } as const;

/** The region is there from the first paint: readers announce only what enters a region they know. */
export function Toasts() {
  const shown = waiting.value.slice(-SHOWN);
  return (
    <section class="toasts" aria-label="Messages">
      <div role="status" class="visually-hidden">
        {shown.map(({ id, text }) => <p key={id}>{text}</p>)}
      </div>
      {shown.map((one) => <Card key={one.id} toast={one} />)}
    </section>
  );
}

function Card({ toast: { id, tone, text, action } }: { readonly toast: Toast }) {
  const act = () => {
    dismiss(id);
    action?.run();
  };
  return (
    <div
      class={`toast toast-${tone}`}
      onAnimationEnd={(event) => event.animationName === "toast-life" && dismiss(id)}
    >
      <Icon name={GLYPHS[tone]} />
      <p aria-hidden="true">{text}</p>
      {action && <button type="button" class="link" onClick={act}>{action.label}</button>}
      <button type="button" class="icon-button" aria-label="Dismiss" onClick={() => dismiss(id)}>
        <Icon name="close" />
      </button>
    </div>
  );
}
