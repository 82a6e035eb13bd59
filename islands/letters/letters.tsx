/** Dead letters: what PEMS would not take, by reason; one is tried first, then the rest, or they are given up. */
import { useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { FieldMeta, Workplace } from "../field.ts";
import { More } from "../filters.tsx";
import { plural } from "../format.ts";
import { Icon } from "../icons.tsx";
import { Listing, type Loaded } from "../listing.ts";
import { followOpen } from "../live_list.ts";
import { Moment } from "../moment.tsx";
import { Discard } from "./discard.tsx";
import { type Group, grouped, type Letter, type LetterPage } from "./groups.ts";
import { LetterLine } from "./letter.tsx";
import { Retry } from "./retry.tsx";

export interface LettersProps {
  readonly workplace: Workplace;
  readonly fields: ReadonlyArray<FieldMeta>;
  readonly loaded: Loaded<LetterPage>;
}

/** As many as the API gives at once, so that groups are whole. */
export const MOST_LETTERS = "1000";

function DeadLetters({ workplace, fields, loaded }: LettersProps) {
  const [list] = useState(() =>
    new Listing<Record<never, string>, LetterPage, Letter>({
      path: "/api/pems/dead-letters",
      filter: {},
      nothing: {},
      parameters: () => ({ organizationId: workplace.organizationId, limit: MOST_LETTERS }),
      loaded,
      rowsOf: ({ deadLetters }) => deadLetters,
    })
  );
  useEffect(() =>
    followOpen(
      workplace.organizationId,
      { type: "SYNC_FAILED", count: "deadLetters" },
      list.refresh,
    ), []);
  const total = list.page.value?.total ?? 0;
  const groups = grouped(list.rows.value);
  return (
    <div class="page">
      <header class="page-head">
        <h1>Dead letters</h1>
        <p class="muted">{workplace.organizationName}</p>
      </header>
      <p class="muted" role="status">
        {total === 0
          ? ""
          : `${plural(total, "change")} failed for good${
            total > list.rows.value.length ? `; the newest ${list.rows.value.length} are here` : ""
          }. Each holds up what was committed on its record later.`}
      </p>
      {list.problem.value && <p class="problem" role="alert">{list.problem.value}</p>}
      {groups.length === 0 && !list.problem.value && (
        <section class="panel" aria-label="Nothing here">
          <p class="nothing">
            <Icon name="check" />
            Nothing has failed for good. What PEMS refuses or never answers ends up here.
          </p>
        </section>
      )}
      {groups.map((group) => (
        <GroupPanel key={group.error} {...{ group, workplace, fields }} done={list.reload} />
      ))}
      <More cursor={list.cursor.value} busy={list.busy.value} more={list.more} />
    </div>
  );
}
export { DeadLetters as island };

interface GroupProps extends Omit<LettersProps, "loaded"> {
  readonly group: Group;
  readonly done: () => Promise<void>;
}

const TEN = 10;

function GroupPanel({ group, workplace, fields, done }: GroupProps) {
  const discarding = useSignal<ReadonlyArray<Letter>>([]);
  const { error, letters, firstAt, lastAt } = group;
  const ids = letters.map(({ id }) => id);
  const again = () => void done();
  return (
    <section class="panel group" aria-label={error}>
      <h2>{error}</h2>
      <p class="muted">
        {plural(letters.length, "change")}, {letters.length > 1 && (
          <>
            first <Moment at={firstAt} />, last{" "}
          </>
        )}
        <Moment at={lastAt} />
      </p>
      <div class="job-acts needs-script">
        <Retry {...{ workplace }} ids={ids.slice(0, 1)} word="Retry one" done={again} />
        {ids.length > TEN && (
          <Retry {...{ workplace }} ids={ids.slice(0, TEN)} word="Retry 10" done={again} />
        )}
        {ids.length > 1 && (
          <Retry {...{ workplace, ids }} word={`Retry all ${ids.length}`} done={again} />
        )}
        <button type="button" class="plain danger" onClick={() => discarding.value = letters}>
          <Icon name="close" /> {ids.length > 1 ? `Discard all ${ids.length}…` : "Discard…"}
        </button>
      </div>
      <details>
        <summary>{letters.length === 1 ? "The change" : "The changes"}</summary>
        <ul class="entries">
          {letters.map((letter) => (
            <LetterLine
              key={letter.id}
              {...{ letter, workplace, fields }}
              alone={letters.length === 1}
              done={again}
              discard={() => discarding.value = [letter]}
            />
          ))}
        </ul>
      </details>
      {discarding.value.length > 0 && (
        <Discard
          workplace={workplace}
          letters={discarding.value}
          close={() => discarding.value = []}
          done={again}
        />
      )}
    </section>
  );
}
