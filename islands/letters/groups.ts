/** Dead letters grouped by why they died. */
import type { DeadLetters } from "../../app/sync_shapes.ts";

export type LetterPage = typeof DeadLetters.Type;
export type Letter = LetterPage["deadLetters"][number];

export interface Group {
  readonly error: string;
  /** Newest first. */
  readonly letters: ReadonlyArray<Letter>;
  readonly firstAt: string;
  readonly lastAt: string;
}

/** The error without what is each record's own: its id, and any number. */
const commonOf = ({ error, pfaId }: Letter): string =>
  (error ?? "No reason is known").replaceAll(pfaId, "the record")
    .replaceAll(/(?<![\w-])\d[\d.,]*(?![\w-])/g, (number) => KEPT.test(number) ? number : "…");

/** The status of an HTTP answer tells why. */
const KEPT = /^[45]\d\d$/;

/** The largest group first. */
export function grouped(letters: ReadonlyArray<Letter>): ReadonlyArray<Group> {
  const groups = Map.groupBy(letters, commonOf);
  return [...groups].map(([common, letters]) => {
    const [error, another] = new Set(letters.map((one) => one.error));
    const times = letters.map(({ failedAt }) => failedAt).sort();
    return {
      error: another === undefined && error ? error : common,
      letters: letters.toSorted((a, b) => b.failedAt.localeCompare(a.failedAt)),
      firstAt: times[0]!,
      lastAt: times.at(-1)!,
    };
  }).sort((a, b) => b.letters.length - a.letters.length);
}
