/** Fix forward: a commit on a record with dead letters puts right what they could not. Pure. */
import { capture, type Change, type Delta, type Edits, entries, isEmpty } from "./delta.ts";
import type { FieldName, FieldValue, Pfa } from "./pfa.ts";
import type { Operation } from "./threeway.ts";

/** What is pending in a lane. */
export interface Waiting {
  readonly modificationId: string;
  readonly userId: string;
  readonly operation: Operation;
  readonly origin: "edit" | "rollback" | "resolution";
  /** PEMS refused it, and it blocks what is behind it. */
  readonly dead: boolean;
  /** What still stands of it. */
  readonly changes: Delta;
}

export interface Forwarded {
  /** The lane in its order, the commit in it. */
  readonly lane: ReadonlyArray<Waiting>;
  /** Dead letters of which the commit has taken over every field. */
  readonly emptied: ReadonlyArray<string>;
}

/**
 * Takes a commit into its lane (sync-semantics.md, Failures). One that names a field of a dead letter goes first, where
 * the dead letters begin: together with those of its own author, which it corrects, and what that author has waiting;
 * of other people's it takes over the fields it names, against what PEMS really has. Any other waits at the end.
 */
export function takeIn(lane: ReadonlyArray<Waiting>, commit: Waiting): Forwarded {
  const dead = lane.filter((item) => item.dead && item.operation === "UPDATE");
  if (!isEdit(commit) || !dead.some((item) => shares(item, commit))) {
    return { lane: [...lane, commit], emptied: [] };
  }
  const at = lane.findIndex((item) => item.dead);
  const front = [...companions(lane.slice(at), commit), commit];
  const bases = firstBases(dead);
  const named = new Set(front.flatMap(({ changes }) => Object.keys(changes) as FieldName[]));
  const behind = lane.slice(at).filter((item) => !front.includes(item))
    .map((item) => dead.includes(item) ? without(item, named) : item);
  const isEmptied = (item: Waiting) => item.dead && isEmpty(item.changes);
  return {
    lane: [
      ...lane.slice(0, at),
      ...rebased(front, bases),
      ...behind.filter((item) => !isEmptied(item)),
    ],
    emptied: behind.filter(isEmptied).map(({ modificationId }) => modificationId),
  };
}

const isEdit = ({ operation, origin }: Waiting) => operation === "UPDATE" && origin === "edit";

const shares = (one: Waiting, other: Waiting) =>
  Object.keys(one.changes).some((name) => name in other.changes);

/**
 * What goes along with the commit: its author's dead letters and waiting edits when it corrects one of those dead
 * letters; otherwise only the waiting edits that it was made on top of.
 */
function companions(lane: ReadonlyArray<Waiting>, commit: Waiting): ReadonlyArray<Waiting> {
  const own = lane.filter((item) => item.userId === commit.userId && isEdit(item));
  if (own.some((item) => item.dead && shares(item, commit))) return own;
  const taken: Waiting[] = [];
  for (const item of own.toReversed()) {
    if (!item.dead && [commit, ...taken].some((one) => shares(one, item))) taken.unshift(item);
  }
  return taken;
}

/** What PEMS has of the dead letters' fields, as far as is known: the first from of each. */
function firstBases(dead: ReadonlyArray<Waiting>): ReadonlyMap<FieldName, FieldValue> {
  const bases = new Map<FieldName, FieldValue>();
  for (const [name, { from }] of dead.flatMap(({ changes }) => entries(changes))) {
    if (!bases.has(name)) bases.set(name, from);
  }
  return bases;
}

/** The run with nothing dead in it, each field of the dead letters on its real base where it is first named. */
function rebased(
  run: ReadonlyArray<Waiting>,
  bases: ReadonlyMap<FieldName, FieldValue>,
): ReadonlyArray<Waiting> {
  const seen = new Set<FieldName>();
  return run.map((item) => {
    const changes = Object.fromEntries(
      entries(item.changes).map(([name, change]) => {
        const from = seen.has(name) || !bases.has(name) ? change.from : bases.get(name)!;
        seen.add(name);
        return [name, from === change.from ? change : { from, to: change.to } satisfies Change];
      }),
    );
    return { ...item, dead: false, changes };
  });
}

const without = (item: Waiting, names: ReadonlySet<FieldName>): Waiting => ({
  ...item,
  changes: Object.fromEntries(entries(item.changes).filter(([name]) => !names.has(name))),
});

/**
 * A dead letter with other values: names every field of it, so that it takes its place as a whole, each against the
 * same base as before; what it does not name is captured against the record as it is seen now.
 */
export function corrected(letter: Delta, record: Pfa, edits: Edits): Delta {
  const others = Object.fromEntries(
    (Object.entries(edits) as Array<[FieldName, FieldValue]>).filter(([name]) => !(name in letter)),
  );
  const kept = entries(letter).map(([name, { from, to }]) =>
    [name, { from, to: name in edits ? edits[name] ?? null : to } satisfies Change] as const
  );
  return { ...Object.fromEntries(kept), ...capture(record, others) };
}
