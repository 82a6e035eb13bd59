/** GridLab: the editable grid of an organization's records, live and virtualised. */
import { useEffect, useState } from "preact/hooks";
import type { Command } from "../commands.ts";
import { Absence } from "../records/absence.tsx";
import { commit } from "../records/committing.ts";
import { StatusBar } from "../records/controls.tsx";
import type { DeskProps } from "../records/desk.ts";
import { Details } from "../records/details.tsx";
import { start } from "../records/starting.ts";
import { changeInBulk } from "./bulk.ts";
import { Columns } from "./columns.tsx";
import { Help } from "./help.tsx";
import { Import } from "./import.tsx";
import { Menu } from "./menu.tsx";
import { summary } from "./selection.ts";
import { Sheet } from "./sheet.tsx";
import { GridState } from "./state.ts";
import { Toolbar } from "./toolbar.tsx";
import { Views } from "./views.tsx";

function Grid(props: DeskProps) {
  const [grid] = useState(() => new GridState(props));
  const all = () => void commit(grid);
  useEffect(() => start(grid, commandsOf(grid)), []);
  return (
    <>
      <h1 class="visually-hidden">GridLab</h1>
      <Toolbar grid={grid} commit={all} />
      <Sheet grid={grid} />
      <Absence desk={grid} />
      <Below grid={grid} />
      <Menu grid={grid} />
      <OpenWindow grid={grid} />
      <Details desk={grid} commit={(modificationIds) => void commit(grid, modificationIds)} />
    </>
  );
}
export { Grid as island };

/** Drawn again by itself while a selection grows. */
function Below({ grid }: { readonly grid: GridState }) {
  const range = grid.range.value;
  return (
    <StatusBar
      selected={range && summary(grid, range)}
      said={grid.said.value}
      help={() => grid.window.value = "help"}
    />
  );
}

/** For the command palette. */
function commandsOf(grid: GridState): ReadonlyArray<Command> {
  const { mayEdit, mayImport } = grid.props.workplace;
  const show = (window: "help" | "columns" | "views" | "import") => () => {
    grid.window.value = window;
  };
  return [
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
