/** Which records: the filters of the record list, with a live count, or what was selected in GridLab. */
import { STATUS_WORDS } from "../../badge.tsx";
import { DayFilter, Select } from "../../filters.tsx";
import { plural } from "../../format.ts";
import type { BulkProps } from "./dialog.tsx";
import type { Plan } from "./plan.ts";

interface RecordsProps {
  readonly plan: Plan;
  readonly choices: BulkProps["choices"];
}

const named = (
  any: string,
  values: ReadonlyArray<string>,
): ReadonlyArray<readonly [string, string]> => [
  ["", any],
  ...values.map((value) => [value, value] as const),
];

export function Records({ plan, choices }: RecordsProps) {
  const selection = plan.selection.value;
  return (
    <fieldset class="bulk-part">
      <legend>Records</legend>
      {selection !== undefined
        ? (
          <p class="bulk-selected">
            <b>{plural(selection.length, "record")}</b> selected in GridLab.{" "}
            <button type="button" class="link" onClick={() => plan.forgetSelection()}>
              Choose by filters instead
            </button>
          </p>
        )
        : <Filters plan={plan} choices={choices} />}
      <p class="bulk-count" role="status">{countOf(plan)}</p>
    </fieldset>
  );
}

function countOf(plan: Plan): string {
  const count = plan.count.value;
  if (count !== undefined) return `${plural(count, "record")} chosen`;
  if (plan.busy.value === "asking") return "Counting…";
  return plan.problem.value === undefined
    ? "Narrow the records down by at least one filter."
    : "No records chosen.";
}

function Filters({ plan, choices }: RecordsProps) {
  const { search, category, class: kind, area, source, dor, state, status, from, to } =
    plan.filters.value;
  const read = (event: Event) => {
    event.preventDefault();
    plan.narrow(Object.fromEntries(new FormData(event.currentTarget as HTMLFormElement)));
  };
  return (
    <form class="filters" role="search" onSubmit={read} onInput={read}>
      <label class="bulk-search">
        <span>Search</span>
        <input
          type="search"
          name="search"
          autocomplete="off"
          placeholder="Words in any text field"
          value={search}
        />
      </label>
      <Select
        name="category"
        label="Category"
        value={category}
        options={named("Any", choices.category)}
      />
      <Select name="class" label="Class" value={kind} options={named("Any", choices.class)} />
      <Select name="area" label="Area" value={area} options={named("Any", choices.area)} />
      <Select
        name="source"
        label="Source"
        value={source}
        options={named("Any", ["Rental", "Purchase"])}
      />
      <Select name="dor" label="DOR" value={dor} options={named("Any", ["BEO", "PROJECT"])} />
      <Select
        name="state"
        label="State"
        value={state}
        options={[
          ["", "Any"],
          ["active", "Active"],
          ["actualized", "Actualized"],
          ["discontinued", "Discontinued"],
        ]}
      />
      <Select
        name="status"
        label="Sync status"
        value={status}
        options={[["", "Any"], ["attention", "Needs you"], ...Object.entries(STATUS_WORDS)]}
      />
      <DayFilter name="from" label="Forecast starts from" value={from} />
      <DayFilter name="to" label="Forecast starts until" value={to} />
    </form>
  );
}
