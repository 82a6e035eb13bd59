/** The filters above a list: a form that works by itself, and changes the list at once where scripts run. */
import type { ComponentChildren } from "preact";
import type { Workplace } from "./field.ts";
import { Icon } from "./icons.tsx";

interface FiltersProps {
  readonly workplace: Pick<Workplace, "organizationCode">;
  /** The names and values of the whole form, once a part of it changed. */
  readonly change: (values: { readonly [name: string]: string }) => void;
  readonly children: ComponentChildren;
}

export function Filters({ workplace, change, children }: FiltersProps) {
  const read = (event: Event) => {
    event.preventDefault();
    const { org: _, ...values } = Object.fromEntries(
      new FormData(event.currentTarget as HTMLFormElement),
    );
    change(values as { [name: string]: string });
  };
  return (
    <form class="filters" method="get" role="search" onSubmit={read} onChange={read}>
      <input type="hidden" name="org" value={workplace.organizationCode} />
      {children}
      <button type="submit" class="plain apply">Apply</button>
    </form>
  );
}

interface SelectProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly options: ReadonlyArray<readonly [value: string, word: string]>;
}

export const Select = ({ name, label, value, options }: SelectProps) => (
  <label>
    <span>{label}</span>
    <select name={name} value={value}>
      {options.map(([value_, word]) => (
        <option key={value_} value={value_} selected={value_ === value}>{word}</option>
      ))}
    </select>
  </label>
);

interface InputProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
}

export const SearchFilter = ({ label, ...input }: InputProps) => (
  <label class="find">
    <span>{label}</span>
    <Icon name="search" />
    <input type="search" autocomplete="off" {...input} />
  </label>
);

export const DayFilter = ({ label, ...input }: InputProps) => (
  <label>
    <span>{label}</span>
    <input type="date" {...input} />
  </label>
);

interface MoreProps {
  readonly cursor: string | null;
  readonly busy: boolean;
  readonly more: () => Promise<void>;
  readonly word?: string;
}

export const More = ({ cursor, busy, more, word = "Show more" }: MoreProps) =>
  cursor === null
    ? null
    : (
      <button type="button" class="plain more" disabled={busy} onClick={() => void more()}>
        {word}
      </button>
    );
