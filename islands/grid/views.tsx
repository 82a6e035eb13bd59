/** The window of saved views: filters, order, group and columns under a name, kept in this browser. */
import { useState } from "preact/hooks";
import { Icon } from "../icons.tsx";
import { queryOf, readShape } from "../records/shape.ts";
import type { GridState } from "./state.ts";
import { Window } from "../records/window.tsx";

export interface SavedView {
  readonly name: string;
  /** The shape as in the URL. */
  readonly query: string;
}

const keyOf = (organizationId: string) => `vanguard.views.${organizationId}`;

/** What another version or a person's hand left there and cannot be read is none. */
export function readViews(kept: string | null): ReadonlyArray<SavedView> {
  try {
    const views: unknown = JSON.parse(kept ?? "[]");
    return Array.isArray(views)
      ? views.filter((view) => typeof view?.name === "string" && typeof view?.query === "string")
      : [];
  } catch {
    return [];
  }
}

interface ViewsProps {
  readonly grid: GridState;
  readonly close: () => void;
}

export function Views({ grid, close }: ViewsProps) {
  const key = keyOf(grid.props.workplace.organizationId);
  const [views, setViews] = useState(() => readViews(localStorage.getItem(key)));
  const keep = (views: ReadonlyArray<SavedView>) => {
    localStorage.setItem(key, JSON.stringify(views));
    setViews(views);
  };
  const save = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const name = String(new FormData(form).get("name")).trim();
    if (name === "") return;
    const view = { name, query: queryOf(grid.view.shape.peek()) };
    keep([...views.filter((one) => one.name !== name), view]);
    form.reset();
  };
  const show = ({ query }: SavedView) => {
    grid.view.reshape(readShape(Object.fromEntries(new URLSearchParams(query))));
    close();
  };
  return (
    <Window title="Saved views" close={close}>
      {views.length === 0
        ? <p class="muted">No view saved yet. A view keeps filters, order, group and columns.</p>
        : (
          <ul class="columns-list">
            {views.map((view) => (
              <li key={view.name}>
                <button type="button" class="link" onClick={() => show(view)}>{view.name}</button>
                <button
                  type="button"
                  class="icon-button"
                  aria-label={`Delete the view ${view.name}`}
                  onClick={() => keep(views.filter((one) => one !== view))}
                >
                  <Icon name="close" />
                </button>
              </li>
            ))}
          </ul>
        )}
      <form class="save-view" onSubmit={save}>
        <label>
          Name of the present view
          <input name="name" maxLength={60} required autocomplete="off" />
        </label>
        <button type="submit" class="primary">Save view</button>
      </form>
    </Window>
  );
}
