/** What stands above the sheet: search, filters, how much is on show, and Save & Sync. */
import { STATUS_WORDS } from "../badge.tsx";
import { count, plural } from "../format.ts";
import { query } from "../api.ts";
import { Icon, type IconName } from "../icons.tsx";
import { apiQuery, isNarrowed, type Shape, widened } from "./shape.ts";
import { changeInBulk } from "./bulk.ts";
import { redo, undo } from "./changing.ts";
import type { GridState } from "./state.ts";

interface ToolbarProps {
  readonly grid: GridState;
  readonly commit: () => void;
}

export function Toolbar({ grid, commit }: ToolbarProps) {
  const shape = grid.view.shape.value;
  const reshape = (part: Partial<Shape>) => grid.view.reshape({ ...shape, ...part });
  return (
    <div class="toolbar" role="toolbar" aria-label="Records">
      <label class="search">
        <Icon name="search" />
        <span class="visually-hidden">Search records</span>
        <input
          type="search"
          placeholder="Search records"
          value={shape.search}
          onInput={(event) => reshape({ search: event.currentTarget.value })}
        />
      </label>
      <StatusFilter shape={shape} reshape={reshape} />
      <CategoryFilter grid={grid} shape={shape} reshape={reshape} />
      {isNarrowed(shape) && (
        <button
          type="button"
          class="plain"
          onClick={() => grid.view.reshape(widened(shape))}
        >
          Clear filters
        </button>
      )}
      <Steps grid={grid} />
      <Windows grid={grid} />
      <Strays grid={grid} />
      <Progress grid={grid} />
      {grid.props.workplace.maySync && <CommitButton grid={grid} commit={commit} />}
    </div>
  );
}

interface FilterProps {
  readonly shape: Shape;
  readonly reshape: (part: Partial<Shape>) => void;
}

function StatusFilter({ shape, reshape }: FilterProps) {
  return (
    <label class="filter">
      <span class="visually-hidden">Sync status</span>
      <select
        value={shape.status}
        onChange={(event) => reshape({ status: event.currentTarget.value })}
      >
        <option value="">Any sync status</option>
        <option value="attention">Needs you</option>
        {Object.entries(STATUS_WORDS).map(([status, word]) => (
          <option key={status} value={status}>{word}</option>
        ))}
      </select>
    </label>
  );
}

function CategoryFilter({ grid, shape, reshape }: FilterProps & { readonly grid: GridState }) {
  // A category from the URL is there before its records are.
  const categories = new Set([...grid.valuesOf("category"), shape.category].filter(Boolean));
  return (
    <label class="filter">
      <span class="visually-hidden">Category</span>
      <select
        value={shape.category}
        onChange={(event) => reshape({ category: event.currentTarget.value })}
      >
        <option value="">All categories</option>
        {[...categories].map((category) => (
          <option key={category} value={category}>{category}</option>
        ))}
      </select>
    </label>
  );
}

/** Undo and redo for those who do not press keys. */
function Steps({ grid }: { readonly grid: GridState }) {
  if (!grid.props.workplace.mayEdit) return null;
  return (
    <div class="steps">
      <button
        type="button"
        class="icon-button"
        aria-label="Undo"
        title="Undo (Ctrl+Z)"
        aria-keyshortcuts="Control+Z"
        disabled={!grid.steps.mayUndo.value}
        onClick={() => undo(grid)}
      >
        <Icon name="undo" />
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label="Redo"
        title="Redo (Ctrl+Y)"
        aria-keyshortcuts="Control+Y"
        disabled={!grid.steps.mayRedo.value}
        onClick={() => redo(grid)}
      >
        <Icon name="redo" />
      </button>
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

/** Rows stay where they are while they change; taking out those that no longer match is the reader's choice. */
function Strays({ grid }: { readonly grid: GridState }) {
  const strays = grid.view.strays.value;
  if (strays === 0) return null;
  return (
    <button type="button" class="plain" onClick={() => grid.view.arrange()}>
      Hide {count(strays)} that no longer {strays === 1 ? "matches" : "match"}
    </button>
  );
}

function Progress({ grid }: { readonly grid: GridState }) {
  const loaded = grid.records.size.value;
  const total = grid.loading.total.value;
  const shown = grid.view.count.value;
  if (grid.loading.state.value === "loading") {
    return (
      <p class="count">
        {total === undefined ? "Loading records…" : `${count(loaded)} of ${count(total)}`}
        <progress max={total ?? 1} value={total === undefined ? undefined : loaded} />
      </p>
    );
  }
  return (
    <p class="count" role="status">
      {shown === loaded ? plural(loaded, "record") : `${count(shown)} of ${count(loaded)} records`}
    </p>
  );
}

function CommitButton({ grid, commit }: ToolbarProps) {
  const drafts = grid.records.drafts.value;
  return (
    <button
      type="button"
      class="primary"
      disabled={drafts === 0}
      title="Ctrl+S"
      aria-keyshortcuts="Control+S"
      onClick={commit}
    >
      <Icon name="send" />
      Save & Sync
      {drafts > 0 && <span class="number">{count(drafts)}</span>}
    </button>
  );
}
