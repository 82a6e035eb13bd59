/** Whether PEMS went back: to an earlier version of a record, or to other content of the version we know. Pure. */
import { sameValue } from "./delta.ts";
import type { Remote } from "./outcome.ts";
import { FIELD_NAMES } from "./pfa.ts";

/**
 * Judges by the record as PEMS tells it now, since a page may be stale.
 * @param known the mirror, before PEMS was asked
 */
export const isRewound = (known: Remote, now: Remote): boolean =>
  now.version < known.version ||
  now.version === known.version &&
    FIELD_NAMES.some((name) => !sameValue(name, known.record[name], now.record[name]));
