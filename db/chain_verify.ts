/** Verifying a chain step by step: every link, then every entry, each step a page; what is known in between is a value. */
import {
  BEGINNING,
  type Fault,
  type Head,
  judgeHead,
  judgeLinks,
  refine,
} from "../domain/chain.ts";
import { type Chain, FIRST, type Mark, readEntries, readLinks, traceEntry } from "./chain_walk.ts";
import type { Runner } from "./sql.ts";

/** How far a chain has been walked, as of the moment it was begun; plain JSON. */
export interface Walk {
  readonly chain: Chain;
  /** The last link that is as it must be. */
  readonly after: Head;
  /** Where the entries have been read up to; null while links are walked. */
  readonly mark: Mark | null;
  /** Entries read. */
  readonly entries: number;
  /** Sealed entries whose month has been dropped since. */
  readonly expired: number;
  readonly unsealed: number;
  /** The first thing that is wrong. */
  readonly fault: Fault | null;
  readonly done: boolean;
}

export const beginWalk = (chain: Chain): Walk => ({
  chain,
  after: BEGINNING,
  mark: null,
  entries: 0,
  expired: 0,
  unsealed: 0,
  fault: null,
  done: false,
});

/** The walk after one page of at most so many links or entries; one that is done stays as it is. */
export const walkOn = (sql: Runner, walk: Walk, limit: number): Promise<Walk> =>
  walk.done
    ? Promise.resolve(walk)
    : walk.mark === null
    ? walkLinks(sql, walk, limit)
    : walkEntries(sql, { ...walk, mark: walk.mark }, limit);

async function walkLinks(sql: Runner, walk: Walk, limit: number): Promise<Walk> {
  const { chain, after } = walk;
  const links = await readLinks(sql, chain, { after, limit });
  const fault = judgeLinks(after, links);
  if (fault !== undefined) {
    const { entryId } = fault;
    const known = entryId === undefined ? fault : refine(fault, await traceEntry(sql, entryId));
    const before = links.filter(({ nth }) => nth < known.nth!).at(-1) ?? after;
    return { ...walk, after: headOf(before), mark: FIRST, fault: known };
  }
  const last = links.at(-1);
  if (last === undefined) {
    return { ...walk, mark: FIRST, fault: judgeHead(chain.head, chain.last) ?? null };
  }
  const expired = walk.expired + links.filter((link) => link.foundDigest === null).length;
  return { ...walk, after: headOf(last), expired };
}

const headOf = ({ nth, hash }: Head): Head => ({ nth, hash });

async function walkEntries(
  sql: Runner,
  walk: Walk & { readonly mark: Mark },
  limit: number,
): Promise<Walk> {
  const page = await readEntries(sql, walk.chain, { after: walk.mark, limit });
  return {
    ...walk,
    mark: page.end ?? walk.mark,
    entries: walk.entries + page.entries,
    unsealed: walk.unsealed + page.unsealed,
    fault: walk.fault ??
      (page.stray === null ? null : { kind: "inserted", nth: undefined, entryId: page.stray }),
    done: page.end === undefined,
  };
}
