/** What narrows the records on show: search, sync status, category. */
import { STATUS_WORDS } from "../badge.tsx";
import { Icon } from "../icons.tsx";
import type { Desk } from "./desk.ts";
import { isNarrowed, type Shape, widened } from "./shape.ts";

export function Narrowing({ desk }: { readonly desk: Desk }) {
  const shape = desk.view.shape.value;
  const reshape = (part: Partial<Shape>) => desk.view.reshape({ ...shape, ...part });
  return (
    <>
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
      <CategoryFilter desk={desk} shape={shape} reshape={reshape} />
      {isNarrowed(shape) && (
        <button
          type="button"
          class="plain"
          onClick={() => desk.view.reshape(widened(shape))}
        >
          Clear filters
        </button>
      )}
    </>
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

function CategoryFilter({ desk, shape, reshape }: FilterProps & { readonly desk: Desk }) {
  // A category from the URL is there before its records are.
  const categories = new Set([...desk.valuesOf("category"), shape.category].filter(Boolean));
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
