/** One conflict in the list: what it is about, both sides of each field, and the way to decide it. */
import type { FieldMeta, Workplace } from "../field.ts";
import { plural } from "../format.ts";
import { Icon } from "../icons.tsx";
import { Moment } from "../moment.tsx";
import { type Conflict, KIND_WORDS, type Line, linesOf, shown, STATUS_WORDS } from "./conflict.ts";

interface EntryProps {
  readonly conflict: Conflict;
  readonly fields: ReadonlyArray<FieldMeta>;
  readonly workplace: Workplace;
  readonly chosen: boolean;
  readonly choose: (on: boolean) => void;
}

export function Entry({ conflict, fields, workplace, chosen, choose }: EntryProps) {
  const { id, pfaId, kind, status, createdAt, mine, pemsChangedBy, waiting } = conflict;
  const open = status === "unresolved";
  const disputed = linesOf(conflict, fields).filter((line) => line.disputed);
  const org = encodeURIComponent(workplace.organizationCode);
  const authors = [...new Set(mine.map(({ userName }) => userName))].join(", ");
  return (
    <li class={open ? "entry open" : "entry"}>
      {open && workplace.maySync && (
        <label class="entry-box needs-script">
          <input
            type="checkbox"
            checked={chosen}
            aria-label={`Select ${pfaId}`}
            onChange={({ currentTarget }) => choose(currentTarget.checked)}
          />
        </label>
      )}
      <div class="entry-main">
        <p class="entry-title">
          <b>{pfaId}</b>
          <span class="tag">
            <Icon name={open ? "conflict" : "check"} />
            {open ? KIND_WORDS[kind] : STATUS_WORDS[status]}
          </span>
          {waiting.length > 0 && (
            <span class="tag">
              <Icon name="waiting" />
              {plural(waiting.length, "change")} behind
            </span>
          )}
        </p>
        <dl class="versus">
          {disputed.map((line) => (
            <div key={line.name}>
              <dt>{line.label}</dt>
              <dd>
                <small>Mine</small> {mineOf(conflict, line)}
              </dd>
              <dd>
                <small>PEMS</small> {shown(line, line.pems)}
              </dd>
            </div>
          ))}
        </dl>
        <p class="muted entry-when">
          {authors} and {pemsChangedBy ?? "PEMS"}, <Moment at={createdAt} />
          {conflict.resolvedBy && ` · decided by ${conflict.resolvedBy}`}
        </p>
      </div>
      <a
        class={open ? "button primary" : "button plain"}
        href={`/conflicts?org=${org}&conflict=${id}`}
        data-dialog
        aria-label={`${open && workplace.maySync ? "Decide" : "Look at"} ${pfaId}`}
      >
        {open && workplace.maySync ? "Decide" : "Look"}
      </a>
    </li>
  );
}

const mineOf = ({ kind }: Conflict, line: Line): string =>
  kind === "delete" ? "deleted" : line.mine === undefined ? "left alone" : shown(line, line.mine);
