/** The chain of the audit trail judged: each link is what was sealed, and follows the one before it. */

/** A link as it was sealed and as it is computed now; digests and hashes in hex. */
export interface Link {
  /** Place in the chain, from 1. */
  readonly nth: number;
  readonly entryId: string;
  readonly digest: string;
  readonly hash: string;
  /** Of the entry as it is; null: it is gone. */
  readonly foundDigest: string | null;
  /** From the link before as it is. */
  readonly foundHash: string;
  /** The month of the entry has been dropped, so it may be gone. */
  readonly expired: boolean;
}

/** The end of a chain. */
export interface Head {
  readonly nth: number;
  readonly hash: string;
}

export type FaultKind =
  | "altered"
  | "removed"
  | "inserted"
  | "reordered"
  | "seal removed"
  | "seal added";

/** The first thing that is wrong with a chain. */
export interface Fault {
  readonly kind: FaultKind;
  readonly nth: number | undefined;
  readonly entryId: string | undefined;
}

/** Before the first link. */
export const BEGINNING: Head = { nth: 0, hash: "" };

/**
 * The first link of the page that is not what it must be.
 * @param before the end of the page before
 */
export function judgeLinks(before: Head, links: ReadonlyArray<Link>): Fault | undefined {
  let nth = before.nth;
  for (const link of links) {
    nth += 1;
    if (link.nth !== nth) return { kind: "seal removed", nth, entryId: undefined };
    const kind = judgeLink(link);
    if (kind !== undefined) return { kind, nth, entryId: link.entryId };
  }
  return undefined;
}

function judgeLink(link: Link): FaultKind | undefined {
  if (link.foundHash !== link.hash) return "reordered";
  if (link.foundDigest === null) return link.expired ? undefined : "removed";
  return link.foundDigest === link.digest ? undefined : "altered";
}

/**
 * Whether the chain ends where it is said to.
 * @param head what the chain's own row says
 * @param last the newest seal
 */
export function judgeHead(head: Head, last: Head): Fault | undefined {
  if (last.nth < head.nth) return { kind: "seal removed", nth: last.nth + 1, entryId: undefined };
  if (last.nth > head.nth) return { kind: "seal added", nth: head.nth + 1, entryId: undefined };
  return last.hash === head.hash
    ? undefined
    : { kind: "reordered", nth: head.nth, entryId: undefined };
}

/** What more is known of a faulty link's entry, looked for in the whole trail. */
export interface Trace {
  /** An entry with its number is somewhere. */
  readonly exists: boolean;
  /** What stands in its place was sealed elsewhere. */
  readonly sealedElsewhere: boolean;
}

/** An entry that was moved is altered or reordered, not removed. */
export function refine(fault: Fault, { exists, sealedElsewhere }: Trace): Fault {
  if (!exists || (fault.kind !== "removed" && fault.kind !== "altered")) return fault;
  return { ...fault, kind: sealedElsewhere ? "reordered" : "altered" };
}

const TOLD: { readonly [kind in FaultKind]: (fault: Fault) => string } = {
  altered: ({ entryId }) => `entry ${entryId} was altered after it had been sealed`,
  removed: ({ entryId }) => `entry ${entryId} was removed`,
  inserted: ({ entryId }) =>
    `entry ${entryId} was inserted among sealed ones, or its seal was removed`,
  reordered: ({ entryId }) =>
    entryId === undefined
      ? "the newest seal is not the one that was written last"
      : `the order was changed at entry ${entryId}: entries or seals were exchanged or seals altered`,
  "seal removed": () => "its seal was removed",
  "seal added": () => "a seal was added that the sealer did not write",
};

/** The fault in words. */
export const tellFault = (fault: Fault): string =>
  `${fault.nth === undefined ? "broken" : `broken at link ${fault.nth}`}: ${
    TOLD[fault.kind](fault)
  }`;
