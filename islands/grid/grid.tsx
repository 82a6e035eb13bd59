/** GridLab: the editable grid of an organization's records, live and virtualised. */
import { batch } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { type Command, offer } from "../commands.ts";
import { followCommit, saveAndSync } from "../commit.ts";
import { liveOf } from "../live.ts";
import { changeInBulk } from "./bulk.ts";
import { Details } from "./details.tsx";
import { Columns } from "./columns.tsx";
import { Help } from "./help.tsx";
import { Import } from "./import.tsx";
import { Menu } from "./menu.tsx";
import { isNarrowed, widened } from "./shape.ts";
import { Sheet } from "./sheet.tsx";
import { type GridProps, GridState } from "./state.ts";
import { StatusBar } from "./status_bar.tsx";
import { Toolbar } from "./toolbar.tsx";
import { Views } from "./views.tsx";

function Grid(props: GridProps) {
  const [grid] = useState(() => new GridState(props));
  const all = () => void commit(grid);
  useEffect(() => start(grid), []);
  return (
    <>
      <h1 class="visually-hidden">GridLab</h1>
      <Toolbar grid={grid} commit={all} />
      <Sheet grid={grid} />
      <Absence grid={grid} />
      <StatusBar grid={grid} />
      <Menu grid={grid} />
      <OpenWindow grid={grid} />
      <Details grid={grid} commit={(modificationIds) => void commit(grid, modificationIds)} />
    </>
  );
}
export { Grid as island };

function start(grid: GridState): () => void {
  const stop = liveOf(grid.props.workplace.organizationId).listen(grid.following.hear);
  void grid.loading.all();
  const save = (event: KeyboardEvent) => {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (grid.props.workplace.maySync) void commit(grid);
  };
  /** Leaving while an edit is unanswered would lose it. */
  const warn = (event: BeforeUnloadEvent) => {
    if (grid.saves.saving.peek()) event.preventDefault();
  };
  document.addEventListener("keydown", save);
  addEventListener("beforeunload", warn);
  const withdraw = offer(commandsOf(grid));
  return () => {
    stop();
    withdraw();
    document.removeEventListener("keydown", save);
    removeEventListener("beforeunload", warn);
  };
}

/** For the command palette. */
function commandsOf(grid: GridState): ReadonlyArray<Command> {
  const { maySync, mayEdit, mayImport } = grid.props.workplace;
  const show = (window: "help" | "columns" | "views" | "import") => () => {
    grid.window.value = window;
  };
  return [
    ...(maySync
      ? [
        {
          id: "save",
          label: "Save & Sync my drafts",
          icon: "send",
          keys: "Ctrl+S",
          run: () => void commit(grid),
        } as const,
      ]
      : []),
    ...(mayEdit
      ? [
        {
          id: "bulk",
          label: "Bulk change…",
          icon: "bulk",
          run: () => void changeInBulk(grid),
        } as const,
      ]
      : []),
    { id: "columns", label: "Columns", icon: "columns", run: show("columns") },
    { id: "views", label: "Saved views", icon: "views", run: show("views") },
    ...(mayImport
      ? [{ id: "import", label: "Import CSV", icon: "import", run: show("import") } as const]
      : []),
    { id: "help", label: "Keyboard shortcuts", icon: "keyboard", keys: "?", run: show("help") },
  ];
}

const WINDOWS = { help: Help, columns: Columns, views: Views, import: Import };

function OpenWindow({ grid }: { readonly grid: GridState }) {
  const open = grid.window.value;
  if (open === undefined) return null;
  const Content = WINDOWS[open];
  return <Content grid={grid} close={() => grid.window.value = undefined} />;
}

/** Commits the drafts named, or all; badges turn before the socket tells. */
async function commit(grid: GridState, modificationIds?: ReadonlyArray<string>): Promise<void> {
  await grid.saves.settled();
  const { organizationId } = grid.props.workplace;
  const { records } = grid;
  const chosen = records.rowsWith("draft").filter((row) =>
    modificationIds?.includes(records.sync(row).modificationId ?? "") ?? true
  );
  if (chosen.length === 0) return;
  const ids = chosen.map((row) => records.sync(row).modificationId).filter((id) =>
    id !== undefined
  );
  const forget = followCommit(liveOf(organizationId), ids);
  grid.following.committing = true;
  const committed = await saveAndSync(organizationId, modificationIds);
  grid.following.committing = false;
  if (committed === undefined) return forget();
  batch(() => {
    for (const row of chosen) {
      const { status, modificationId } = records.sync(row);
      // The socket may have been faster than the answer.
      if (status !== "draft") continue;
      records.setSync(row, {
        status: "queued",
        ...(committed.jobId && { jobId: committed.jobId }),
        ...(modificationId && { modificationId }),
      });
    }
  });
}

/** What stands in the sheet's place while it has no rows. */
function Absence({ grid }: { readonly grid: GridState }) {
  const { state, message } = grid.loading;
  if (grid.view.rows.value.length > 0 && state.value !== "failed") return null;
  if (state.value === "failed") {
    return (
      <div class="absence" role="alert">
        <p>The records could not be loaded. {message}</p>
        <button type="button" class="primary" onClick={() => void grid.loading.all()}>
          Try again
        </button>
      </div>
    );
  }
  if (state.value === "loading") return <div class="skeleton" aria-hidden="true" />;
  const narrowed = isNarrowed(grid.view.shape.value);
  return (
    <div class="absence">
      <p>{narrowed ? "No record matches." : "This organization has no records yet."}</p>
      {narrowed && (
        <button
          type="button"
          class="plain"
          onClick={() => grid.view.reshape(widened(grid.view.shape.peek()))}
        >
          Show all records
        </button>
      )}
    </div>
  );
}
