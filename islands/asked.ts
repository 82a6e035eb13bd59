/** Which dialog the address asks for: a link opens it on any page, and going back closes it. */
import { signal } from "@preact/signals";

export type DialogName = "conflict" | "record";

export interface Asked {
  readonly name: DialogName;
  /** The conflict's or the record's id. */
  readonly id: string;
}

const NAMES: ReadonlyArray<DialogName> = ["conflict", "record"];

/** Undefined on the server and while no dialog is open. */
export const asked = signal<Asked | undefined>(undefined);

function read(): void {
  const parameters = new URL(location.href).searchParams;
  const name = NAMES.find((name) => parameters.get(name));
  asked.value = name && { name, id: parameters.get(name)! };
}

/** This page's address with that dialog, or with none. */
export function addressWith(dialog: Asked | undefined, address: string): string {
  const url = new URL(address);
  for (const name of NAMES) url.searchParams.delete(name);
  if (dialog !== undefined) url.searchParams.set(dialog.name, dialog.id);
  return url.href;
}

/** Opens the dialog over this page; in place of the one that is open, if one is. */
export function open(dialog: Asked): void {
  const address = addressWith(dialog, location.href);
  if (asked.peek() === undefined) history.pushState({ dialog: true }, "", address);
  else history.replaceState(history.state, "", address);
  asked.value = dialog;
}

export function close(): void {
  if (history.state?.dialog) return history.back();
  history.replaceState(null, "", addressWith(undefined, location.href));
  asked.value = undefined;
}

/** Follows the address, and links to this page that differ in the dialog alone. Returns the way to stop. */
export function follow(): () => void {
  read();
  const on = new AbortController();
  addEventListener("popstate", read, on);
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey) return;
    const link = (event.target as Element).closest("a[data-dialog]");
    if (!(link instanceof HTMLAnchorElement)) return;
    const parameters = new URL(link.href).searchParams;
    const name = NAMES.find((name) => parameters.get(name));
    if (name === undefined) return;
    event.preventDefault();
    open({ name, id: parameters.get(name)! });
  }, on);
  return () => on.abort();
}
