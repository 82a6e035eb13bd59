/** The page of conflicts: filters, the list, and one decision for all that are selected. */
import { useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { FieldMeta, Workplace } from "../field.ts";
import { Filters, More, SearchFilter, Select } from "../filters.tsx";
import { plural } from "../format.ts";
import { Icon } from "../icons.tsx";
import { Listing, type Loaded } from "../listing.ts";
import { followOpen } from "../live_list.ts";
import { Bulk } from "./bulk.tsx";
import { type Conflict, type ConflictPage, KIND_WORDS, STATUS_WORDS } from "./conflict.ts";
import { type ConflictFilter, conflictQuery, OPEN_ONES } from "./filter.ts";
import { Entry } from "./entry.tsx";
import { resolvedHere } from "./news.ts";

export interface ConflictsProps {
  readonly workplace: Workplace;
  readonly fields: ReadonlyArray<FieldMeta>;
  readonly filter: ConflictFilter;
  readonly loaded: Loaded<ConflictPage>;
}

const SELECTED_AT_ONCE = 1000;

function ConflictList({ workplace, fields, filter, loaded }: ConflictsProps) {
  const [list] = useState(() =>
    new Listing<ConflictFilter, ConflictPage, Conflict>({
      path: "/api/pems/conflicts",
      filter,
      nothing: OPEN_ONES,
      parameters: (filter) => conflictQuery(workplace.organizationId, filter),
      loaded,
      rowsOf: ({ conflicts }) => conflicts,
    })
  );
  const chosen = useSignal<ReadonlySet<string>>(new Set());
  useEffect(() =>
    followOpen(
      workplace.organizationId,
      { type: "SYNC_CONFLICT", count: "conflicts" },
      list.refresh,
    ), []);
  useEffect(() => resolvedHere.subscribe((count) => void (count > 0 && list.reload())), []);
  const rows = list.rows.value;
  const open = rows.filter(({ status }) => status === "unresolved");
  const selected = open.filter(({ id }) => chosen.value.has(id)).slice(0, SELECTED_AT_ONCE);
  const total = list.page.value?.total ?? 0;
  const choose = (ids: ReadonlyArray<string>, on: boolean) => {
    const next = new Set(chosen.peek());
    for (const id of ids) on ? next.add(id) : next.delete(id);
    chosen.value = next;
  };
  return (
    <div class="page">
      <header class="page-head">
        <h1>Conflicts</h1>
        <p class="muted">{workplace.organizationName}</p>
      </header>
      <FilterBar workplace={workplace} list={list} />
      <section class="panel list" aria-labelledby="list-title">
        <header>
          <h2 id="list-title">
            <span role="status">{plural(total, "conflict")}</span>
          </h2>
          {open.length > 0 && workplace.maySync && (
            <label class="all needs-script">
              <input
                type="checkbox"
                checked={selected.length === open.length}
                ref={(box) => {
                  if (box) box.indeterminate = selected.length > 0 && selected.length < open.length;
                }}
                onChange={({ currentTarget }) =>
                  choose(open.map(({ id }) => id), currentTarget.checked)}
              />
              Select all {open.length} shown
            </label>
          )}
        </header>
        {selected.length > 0 && (
          <Bulk
            workplace={workplace}
            selected={selected}
            done={() => {
              chosen.value = new Set();
              void list.reload();
            }}
          />
        )}
        {list.problem.value && <p class="problem" role="alert">{list.problem.value}</p>}
        {rows.length === 0 && !list.problem.value && <Nothing filter={list.filter.value} />}
        <ul class="entries" aria-busy={list.busy.value}>
          {rows.map((conflict) => (
            <Entry
              key={conflict.id}
              {...{ conflict, fields, workplace }}
              chosen={chosen.value.has(conflict.id)}
              choose={(on) => choose([conflict.id], on)}
            />
          ))}
        </ul>
        <More cursor={list.cursor.value} busy={list.busy.value} more={list.more} />
      </section>
    </div>
  );
}
export { ConflictList as island };

interface FilterBarProps {
  readonly workplace: Workplace;
  readonly list: Listing<ConflictFilter, ConflictPage, Conflict>;
}

function FilterBar({ workplace, list }: FilterBarProps) {
  const { status, kind, pfaId } = list.filter.value;
  return (
    <Filters workplace={workplace} change={(values) => list.refilter(values)}>
      <Select
        name="status"
        label="Status"
        value={status}
        options={[...Object.entries(STATUS_WORDS), ["any", "Any status"]]}
      />
      <Select
        name="kind"
        label="Kind"
        value={kind}
        options={[["", "Any kind"], ...Object.entries(KIND_WORDS)]}
      />
      <SearchFilter name="pfaId" label="Record" value={pfaId} placeholder="PFA-10002" />
    </Filters>
  );
}

function Nothing({ filter }: { readonly filter: ConflictFilter }) {
  const all = filter.status === OPEN_ONES.status && !filter.kind && !filter.pfaId;
  return (
    <p class="nothing">
      <Icon name="check" />
      {all
        ? "Nothing needs a decision. When PEMS and one of you change the same field, it is asked here."
        : "No conflict matches these filters."}
    </p>
  );
}
