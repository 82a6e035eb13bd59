/** What every page has around its content: the state of the connection, toasts, menus that close, the theme. */
import { useEffect } from "preact/hooks";
import type { FieldMeta, Workplace } from "../field.ts";
import { Icon } from "../icons.tsx";
import { liveOf } from "../live.ts";
import { expired } from "../session.ts";
import { isTheme, setTheme } from "../theme.ts";
import { Toasts } from "../toasts.tsx";
import { Dialogs } from "./dialogs.tsx";
import { Keys } from "./keys.tsx";
import type { Place } from "./palette.ts";

/** Whose tab it is. */
export interface Person {
  readonly username: string;
  readonly displayName: string;
}

export interface ShellProps {
  readonly user: Person;
  readonly places: ReadonlyArray<Place>;
  readonly organizations: ReadonlyArray<{ readonly code: string; readonly name: string }>;
  /** Absent where no organization is shown. */
  readonly workplace?: Workplace;
  readonly fields?: ReadonlyArray<FieldMeta>;
}

function Shell({ user, places, organizations, workplace, fields = [] }: ShellProps) {
  useEffect(enhanceMenus, []);
  useEffect(enhanceTheme, []);
  return (
    <>
      {workplace && <Connection organizationId={workplace.organizationId} />}
      <Keys user={user} surroundings={{ places, organizations, workplace }} />
      {workplace && <Dialogs workplace={workplace} fields={fields} />}
      <Toasts />
    </>
  );
}
export { Shell as island };

/** Says when what is shown may be behind. The region is always there, so that its words are announced. */
function Connection({ organizationId }: { readonly organizationId: string }) {
  const live = liveOf(organizationId);
  useEffect(() => live.listen(() => {}), []);
  const lost = live.connection.value === "reconnecting";
  return (
    <div role="status" class="connection">
      {lost && !expired.value && (
        <p class="banner">
          <Icon name="syncing" spin />{" "}
          Reconnecting… Changes by others appear once the connection is back.
        </p>
      )}
    </div>
  );
}

/** `<details>` menus close by Esc and by a click elsewhere, which the element alone does not do. */
function enhanceMenus(): () => void {
  const openMenus = () => document.querySelectorAll<HTMLDetailsElement>("details.menu[open]");
  const close = (event: Event) => {
    for (const menu of openMenus()) {
      if (!menu.contains(event.target as Node)) menu.open = false;
    }
  };
  const escape = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus()) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  };
  const on = new AbortController();
  document.addEventListener("pointerdown", close, on);
  document.addEventListener("focusin", close, on);
  document.addEventListener("keydown", escape, on);
  return () => on.abort();
}

/** The theme form works by itself; with scripts it need not load a page. */
function enhanceTheme(): () => void {
  const on = new AbortController();
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-theme-form]")) {
    form.addEventListener("submit", (event) => {
      const button = event.submitter as HTMLButtonElement;
      if (!isTheme(button.value)) return;
      event.preventDefault();
      setTheme(button.value);
    }, on);
  }
  return () => on.abort();
}
