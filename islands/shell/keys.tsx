/** The keys of every page, Ctrl+K and ?, and what they open; each is loaded when it is asked for first. */
import { type Signal, useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { offered } from "../commands.ts";
import { expired } from "../session.ts";
import { nextTheme, setTheme } from "../theme.ts";
import { toast } from "../toasts.tsx";
import type { Entry, Surroundings } from "./palette.ts";
import type { Person } from "./shell.tsx";

interface KeysProps {
  readonly surroundings: Omit<Surroundings, "common">;
  readonly user: Person;
}

type Opened = "palette" | "shortcuts" | "sign_in";
type Part = ComponentType<
  { readonly surroundings: Surroundings; readonly user: Person; readonly close: () => void }
>;

const LOAD: { readonly [name in Opened]: () => Promise<Part> } = {
  palette: () => import("./finder.tsx").then(({ Palette }) => Palette),
  shortcuts: () => import("./shortcuts.tsx").then(({ Shortcuts }) => Shortcuts as Part),
  sign_in: () => import("./sign_in.tsx").then(({ SignIn }) => SignIn as Part),
};

export function Keys({ surroundings, user }: KeysProps) {
  const shown = useSignal<{ readonly name: Opened; readonly Part: Part } | undefined>(undefined);
  const show = (name: Opened) => void load(shown, name);
  const help = () => {
    const own = offered.peek().find(({ id }) => id === "help");
    if (own) own.run();
    else show("shortcuts");
  };
  useEffect(() => {
    const on = new AbortController();
    document.addEventListener("keydown", (event) => {
      const control = event.ctrlKey || event.metaKey;
      if (control && event.key.toLowerCase() === "k") {
        event.preventDefault();
        if (shown.peek() === undefined) show("palette");
      } else if (event.key === "?" && !control && !isTyping(event)) {
        event.preventDefault();
        help();
      }
    }, on);
    document.addEventListener("click", (event) => {
      if ((event.target as Element).closest("[data-palette]")) show("palette");
    }, on);
    return () => on.abort();
  }, []);
  useEffect(() =>
    expired.subscribe((over) => {
      if (over) show("sign_in");
      else if (shown.peek()?.name === "sign_in") shown.value = undefined;
    }), []);
  const now = shown.value;
  return (
    <>
      {expired.value && now?.name !== "sign_in" && (
        <p class="banner" role="alert">
          Your session has ended. What you have not saved is kept here.
          <button type="button" class="link" onClick={() => show("sign_in")}>Sign in again</button>
        </p>
      )}
      {now && (
        <now.Part
          surroundings={{ ...surroundings, common: common(help) }}
          user={user}
          close={() => shown.value = undefined}
        />
      )}
    </>
  );
}

const isTyping = ({ target }: KeyboardEvent) =>
  (target as Element).closest("input, select, textarea, dialog") !== null;

const common = (help: () => void): ReadonlyArray<Entry> => [
  {
    id: "theme",
    label: `Use the ${nextTheme()} theme`,
    kind: "Command",
    icon: nextTheme(),
    run: () => setTheme(nextTheme()),
  },
  ...(offered.peek().some(({ id }) => id === "help") ? [] : [{
    id: "help",
    label: "Keyboard shortcuts",
    kind: "Command",
    icon: "keyboard" as const,
    keys: "?",
    run: help,
  }]),
];

async function load(
  shown: Signal<{ readonly name: Opened; readonly Part: Part } | undefined>,
  name: Opened,
): Promise<void> {
  try {
    const Part = await LOAD[name]();
    // The session may be back by the time the way to get it back has come.
    if (name !== "sign_in" || expired.peek()) shown.value = { name, Part };
  } catch {
    toast("bad", "That part of the page could not be loaded. Is the server reachable?");
  }
}
