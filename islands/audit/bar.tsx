/** What the trail is narrowed by. */
import type { Workplace } from "../field.ts";
import { DayFilter, Filters, SearchFilter, Select } from "../filters.tsx";
import { EVENTS, type Person } from "./entry.ts";
import { type AuditFilter, DAYS, eventWords, GROUPS, RANGES } from "./filter.ts";
import type { Trail } from "./trail.ts";

interface BarProps {
  readonly workplace: Workplace;
  readonly people: ReadonlyArray<Person>;
  readonly trail: Trail;
}

export function Bar({ workplace, people, trail }: BarProps) {
  const { eventType, userId, pfaId, correlationId, range, from, to } = trail.list.filter.value;
  const change = (values: { readonly [name: string]: string }) => {
    const days = values["range"] === DAYS;
    // The fields are not in the form until days are asked for.
    const span = { from: days ? values["from"] ?? "" : "", to: days ? values["to"] ?? "" : "" };
    trail.refilter({ ...values, ...span } as Partial<AuditFilter>);
  };
  return (
    <Filters workplace={workplace} change={change}>
      <EventFilter value={eventType} />
      <Select
        name="userId"
        label="Person"
        value={userId}
        options={[
          ["", "Anybody"],
          ...people.map(({ id, name }) => [id, name] as const),
          ...(userId && !people.some(({ id }) => id === userId) ? [[userId, userId] as const] : []),
        ]}
      />
      <SearchFilter name="pfaId" label="Record" value={pfaId} placeholder="PFA-10001" />
      <SearchFilter
        name="correlationId"
        label="Job, write or change"
        value={correlationId}
        placeholder="Its id"
      />
      <Select
        name="range"
        label="Time"
        value={range}
        options={[
          ["", "Any time"],
          ...Object.entries(RANGES).map(([value, { name }]) => [value, name] as const),
          [DAYS, "Between days (UTC)"],
        ]}
      />
      {range === DAYS && <DayFilter name="from" label="From" value={from.slice(0, 10)} />}
      {range === DAYS && <DayFilter name="to" label="To" value={to.slice(0, 10)} />}
    </Filters>
  );
}

/** Groups first, and each event under its group; what the address names otherwise is kept as it is. */
function EventFilter({ value }: { readonly value: string }) {
  const known = value === "" || value in GROUPS || value in EVENTS;
  const option = (name: string) => (
    <option key={name} value={name} selected={name === value}>{eventWords(name)}</option>
  );
  return (
    <label>
      <span>Event</span>
      <select name="eventType" value={value}>
        <option value="" selected={value === ""}>Any event</option>
        {!known && option(value)}
        {Object.keys(GROUPS).map(option)}
        {Object.entries(GROUPS).map(([group, { name, events }]) => (
          <optgroup key={group} label={name}>{events.map(option)}</optgroup>
        ))}
      </select>
    </label>
  );
}
