/** Dead letters of one reason: how many, since when, and what can be done with one, some or all of them. */
import { useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { call, query } from "../api.ts";
import type { FieldMeta, Workplace } from "../field.ts";
import { More } from "../filters.tsx";
import { count, plural } from "../format.ts";
import { Icon } from "../icons.tsx";
import { Listing, type Loaded } from "../listing.ts";
import { Moment } from "../moment.tsx";
import { Discard } from "./discard.tsx";
import { type Chosen, type Group, type Letter, type LetterPage, letterQuery } from "./groups.ts";
import { LetterLine } from "./letter.tsx";
import { Plan } from "./plan.tsx";
import { Retry } from "./retry.tsx";

interface GroupProps {
  readonly group: Group;
  readonly workplace: Workplace;
  readonly fields: ReadonlyArray<FieldMeta>;
  /** Its letters as the server read them, when the address asks for this group. */
  readonly letters: Loaded<LetterPage> | undefined;
  /** Rises whenever the letters may have changed. */
  readonly version: number;
  readonly done: () => void;
}

const TEN = 10;

export function GroupPanel({ group, workplace, fields, letters, version, done }: GroupProps) {
  const open = useSignal(letters !== undefined);
  const planning = useSignal(false);
  const discarding = useSignal<Chosen | undefined>(undefined);
  const { fingerprint, message, count: size, firstAt, lastAt } = group;
  const first = async (most: number): Promise<ReadonlyArray<string>> => {
    const asked = { ...letterQuery(workplace.organizationId, fingerprint), limit: String(most) };
    const { deadLetters } = await call<LetterPage>(`/api/pems/dead-letters?${query(asked)}`);
    return deadLetters.map(({ id }) => id);
  };
  const address = `?org=${encodeURIComponent(workplace.organizationCode)}`;
  const toggle = (event: Event) => {
    event.preventDefault();
    open.value = !open.value;
    const target = open.value ? `${address}&group=${fingerprint}` : address;
    history.replaceState(history.state, "", target);
  };
  const discard = async () =>
    discarding.value = size === 1
      ? { ids: await first(1), name: "The change" }
      : { group: fingerprint, count: size };
  return (
    <section class="panel group" aria-label={message}>
      <h2>{message}</h2>
      <p class="muted">
        {plural(size, "change")}, {size > 1 && (
          <>
            first <Moment at={firstAt} />, last{" "}
          </>
        )}
        <Moment at={lastAt} />
      </p>
      <div class="job-acts needs-script">
        <Retry {...{ workplace, done }} ids={() => first(1)} word="Retry one" />
        {size > TEN && <Retry {...{ workplace, done }} ids={() => first(TEN)} word="Retry 10" />}
        {size > 1 && (
          <button type="button" class="plain" onClick={() => planning.value = true}>
            <Icon name="send" /> Retry all {count(size)}…
          </button>
        )}
        <button type="button" class="plain danger" onClick={() => void discard()}>
          <Icon name="close" /> {size > 1 ? `Discard all ${count(size)}…` : "Discard…"}
        </button>
      </div>
      <p>
        <a
          class="fold"
          href={open.value ? address : `${address}&group=${fingerprint}`}
          aria-expanded={open.value}
          onClick={toggle}
        >
          <Icon name="chevron" /> {size === 1 ? "The change" : "The changes"}
        </a>
      </p>
      {open.value && (
        <Letters
          {...{ group, workplace, fields, version, done }}
          loaded={letters}
          discard={({ id, pfaId }) =>
            discarding.value = { ids: [id], name: `The change of ${pfaId}` }}
        />
      )}
      {planning.value && (
        <Plan
          {...{ workplace, group, done }}
          close={() => planning.value = false}
        />
      )}
      {discarding.value && (
        <Discard
          {...{ workplace, done }}
          chosen={discarding.value}
          close={() => discarding.value = undefined}
        />
      )}
    </section>
  );
}

interface LettersProps extends Omit<GroupProps, "letters"> {
  readonly loaded: Loaded<LetterPage> | undefined;
  readonly discard: (letter: Letter) => void;
}

const NOTHING: Loaded<LetterPage> = { page: { deadLetters: [], nextCursor: null, total: 0 } };

function Letters({ group, workplace, fields, version, loaded, discard, done }: LettersProps) {
  const [list] = useState(() =>
    new Listing<Record<never, string>, LetterPage, Letter>({
      path: "/api/pems/dead-letters",
      filter: {},
      nothing: {},
      parameters: () => letterQuery(workplace.organizationId, group.fingerprint),
      loaded: loaded ?? NOTHING,
      rowsOf: ({ deadLetters }) => deadLetters,
    })
  );
  useEffect(() => void list.reload(), [version]);
  return (
    <>
      {list.problem.value && <p class="problem" role="alert">{list.problem.value}</p>}
      <ul class="entries" aria-busy={list.busy.value}>
        {list.rows.value.map((letter) => (
          <LetterLine
            key={letter.id}
            {...{ letter, workplace, fields, done }}
            alone={group.count === 1}
            discard={() => discard(letter)}
          />
        ))}
      </ul>
      <More cursor={list.cursor.value} busy={list.busy.value} more={list.more} />
    </>
  );
}
