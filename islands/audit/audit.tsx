/** The audit trail: everything that happened in the organization, sealed in a chain that anybody here can verify. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { query } from "../api.ts";
import type { FieldMeta, Workplace } from "../field.ts";
import { More } from "../filters.tsx";
import { count } from "../format.ts";
import { Icon } from "../icons.tsx";
import type { Loaded } from "../listing.ts";
import { Bar } from "./bar.tsx";
import { Chain } from "./chain.tsx";
import type { EntryPage, Person, Verification } from "./entry.ts";
import type { AuditFilter } from "./filter.ts";
import { EntryLine } from "./line.tsx";
import { type Newer, Trail } from "./trail.ts";

export interface AuditProps {
  readonly workplace: Workplace;
  readonly fields: ReadonlyArray<FieldMeta>;
  readonly filter: AuditFilter;
  readonly loaded: Loaded<EntryPage>;
  /** When the list was read, in ms. */
  readonly begun: number;
  readonly people: ReadonlyArray<Person>;
  readonly verification: Verification;
}

function Audit({ workplace, fields, people, verification, ...first }: AuditProps) {
  const [trail] = useState(() => new Trail(workplace.organizationId, first));
  const verified = useSignal(verification);
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => trail.follow(), []);
  const { rows, problem, busy, cursor, more, filter } = trail.list;
  const narrowed = Object.values(filter.value).some(Boolean);
  const home = `/audit?org=${encodeURIComponent(workplace.organizationCode)}`;
  const show = () => {
    trail.show();
    // The button is gone: who pressed it goes on where the new entries are.
    list.current?.focus();
  };
  return (
    <div class="page">
      <header class="page-head">
        <h1>Audit</h1>
        <p class="muted">{workplace.organizationName}</p>
        <a
          class="button plain"
          href={`/api/audit.csv?${query(trail.asked())}`}
          title="The entries that match, as a file for spreadsheets"
          download=""
        >
          <Icon name="export" /> Export CSV
        </a>
      </header>
      <Chain organizationId={workplace.organizationId} verification={verified} />
      <Bar {...{ workplace, people, trail }} />
      <section class="panel list" aria-label="Entries">
        {problem.value && <p class="problem" role="alert">{problem.value}</p>}
        <NewerButton newer={trail.newer.value} show={show} />
        {rows.value.length === 0 && !problem.value && (
          <p class="nothing">
            <Icon name="info" />
            {narrowed ? "Nothing in the trail matches these filters." : "Nothing has happened yet."}
          </p>
        )}
        <ul
          class="trail"
          ref={list}
          tabIndex={-1}
          aria-label="Entries, newest first"
          aria-busy={busy.value}
        >
          {rows.value.map((entry) => (
            <EntryLine
              key={entry.id}
              {...{ entry, workplace, fields }}
              verdict={verified.value.verdict}
            />
          ))}
        </ul>
        <div class="trail-foot">
          <More cursor={cursor.value} busy={busy.value} more={more} word="Show older" />
          {cursor.value === null && rows.value.length > 0 && (
            <p class="muted">That is {narrowed ? "all that matches" : "the whole trail"}.</p>
          )}
          {narrowed && <a href={home}>Clear the filters</a>}
        </div>
      </section>
    </div>
  );
}
export { Audit as island };

/** Said once when there is something; the number in the button goes on growing silently. */
function NewerButton({ newer, show }: {
  readonly newer: Newer | undefined;
  readonly show: () => void;
}) {
  return (
    <div class="newer">
      <p role="status" class="visually-hidden">{newer && "There are newer entries"}</p>
      {newer && (
        <button type="button" class="plain" onClick={show}>
          <Icon name="up" />
          Show {count(newer.entries.length)}
          {newer.instead && " or more"} newer
        </button>
      )}
    </div>
  );
}
