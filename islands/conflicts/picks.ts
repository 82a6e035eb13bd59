/** What was chosen field by field, kept in the tab: when PEMS moves again and a new conflict comes, nothing is typed twice. */

export type Pick =
  | { readonly by: "mine" | "pems" }
  | { readonly by: "typed"; readonly text: string };
export type Picks = { readonly [field: string]: Pick | undefined };

const PREFIX = "picks/";

/** @param record organization and record */
export function remember(record: string): Picks {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + record) ?? "{}");
  } catch {
    return {};
  }
}

export function keep(record: string, picks: Picks): void {
  try {
    sessionStorage.setItem(PREFIX + record, JSON.stringify(picks));
  } catch {
    // Storage may be full or forbidden: the choices live as long as the dialog.
  }
}
