/** What stands above the sheet: search, filters, how much is on show, and Save & Sync. */
import { query } from "../api.ts";
import { Icon, type IconName } from "../icons.tsx";
import { CommitButton, Progress, Steps, Strays } from "../records/controls.tsx";
import { Narrowing } from "../records/narrowing.tsx";
import { apiQuery } from "../records/shape.ts";
import { changeInBulk } from "./bulk.ts";
import type { GridState } from "./state.ts";

interface ToolbarProps {
  readonly grid: GridState;
  readonly commit: () => void;
}

export function Toolbar({ grid, commit }: ToolbarProps) {
  return (
    <div class="toolbar" role="toolbar" aria-label="Records">
      <Narrowing desk={grid} />
      <Steps desk={grid} />
      <Windows grid={grid} />
      <Strays desk={grid} />
      <Progress desk={grid} />
      <CommitButton desk={grid} commit={commit} />
    </div>
  );
}

/** What opens in windows of its own, and the file of what is on show. */
function Windows({ grid }: { readonly grid: GridState }) {
  const { organizationId, mayEdit, mayExport, mayImport } = grid.props.workplace;
  const opener = (window: "columns" | "views" | "import", label: string, icon: IconName) => (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      title={label}
      onClick={() => grid.window.value = window}
    >
      <Icon name={icon} />
    </button>
  );
  const address = query({ organizationId, ...apiQuery(grid.view.shape.value) });
  return (
    <div class="steps">
      {opener("columns", "Columns", "columns")}
      {opener("views", "Saved views", "views")}
      {mayEdit && (
        <button
          type="button"
          class="icon-button"
          aria-label="Bulk change"
          title="Bulk change of the selected rows, or of what is on show"
          onClick={() => void changeInBulk(grid)}
        >
          <Icon name="bulk" />
        </button>
      )}
      {mayImport && opener("import", "Import CSV", "import")}
      {mayExport && (
        <a
          class="icon-button"
          href={`/api/pfa-data/export.csv?${address}`}
          aria-label="Export CSV"
          title="Export CSV of what is on show"
          download=""
        >
          <Icon name="export" />
        </a>
      )}
    </div>
  );
}
