/** What every page has around its content: the state of the connection, toasts, menus that close, the theme. */
import { useEffect } from "preact/hooks";
import type { FieldMeta, Workplace } from "../field.ts";
import { Icon } from "../icons.tsx";
import { liveOf } from "../live.ts";
import { isTheme, themeCookie } from "../theme.ts";
import { Toasts } from "../toasts.tsx";
import { Dialogs } from "./dialogs.tsx";

/** Empty where no organization is shown. */
export interface ShellProps {
  readonly workplace?: Workplace;
  readonly fields?: ReadonlyArray<FieldMeta>;
}

function Shell({ workplace, fields = [] }: ShellProps) {
  useEffect(enhanceMenus, []);
  useEffect(enhanceTheme, []);
  return (
    <>
      {workplace && <Connection organizationId={workplace.organizationId} />}
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
      {lost && (
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
      document.cookie = themeCookie(button.value);
      document.documentElement.dataset["theme"] = button.value;
      for (const each of form.querySelectorAll("button")) {
        each.setAttribute("aria-pressed", String(each === button));
      }
    }, on);
  }
  return () => on.abort();
}
