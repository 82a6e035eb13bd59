/** Dead letters as the API tells them: groups of those that died of the same, replays, letters. */
import type { LetterGroups } from "../../app/replay_shapes.ts";
import type { DeadLetters } from "../../app/sync_shapes.ts";

export type GroupPage = typeof LetterGroups.Type;
export type Group = GroupPage["groups"][number];
export type LetterPage = typeof DeadLetters.Type;
export type Letter = LetterPage["deadLetters"][number];

/** What is decided about: a whole group as it was shown, or these. */
export type Chosen =
  | { readonly group: string; readonly count: number }
  | { readonly ids: ReadonlyArray<string>; readonly name: string };

/** Letters of an open group are read so many at a time. */
export const LETTERS_AT_ONCE = "50";

export const letterQuery = (organizationId: string, group: string) => ({
  organizationId,
  group,
  limit: LETTERS_AT_ONCE,
});
