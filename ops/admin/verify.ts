/** `admin audit verify`: walks every chain of the audit trail and tells the first link that is broken. */
import {
  type Chain,
  FIRST,
  listChains,
  type Mark,
  readEntries,
  readLinks,
  traceEntry,
} from "../../db/chain_walk.ts";
import type { Sql } from "../../db/sql.ts";
import {
  BEGINNING,
  type Fault,
  type Head,
  judgeHead,
  judgeLinks,
  refine,
  tellFault,
} from "../../domain/chain.ts";

/** Links of one statement, some 100 ms of work. */
const PAGE = 5_000;

export interface Verdict {
  readonly chain: Chain;
  readonly sealed: number;
  /** Sealed entries whose month has been dropped since. */
  readonly expired: number;
  readonly unsealed: number;
  readonly fault: Fault | undefined;
}

/** Told now and then while a long chain is walked. */
export type Progress = (line: string) => void;

/**
 * Walks the chains.
 * @param code only this organization's
 * @throws when there is no such organization
 */
export async function verifyTrail(
  owner: Sql,
  { code, progress, page = PAGE }: {
    readonly code?: string | undefined;
    readonly progress: Progress;
    readonly page?: number;
  },
): Promise<ReadonlyArray<Verdict>> {
  const chains = await listChains(owner, code);
  if (chains.length === 0) {
    throw new Error(`Cannot verify the trail: there is no organization ${code}`);
  }
  const verdicts: Verdict[] = [];
  for (const chain of chains) {
    const tell = (done: number) => {
      if (chain.head.nth > page) progress(`${nameOf(chain)}: ${done} of ${chain.head.nth} links`);
    };
    const { fault, expired } = await walkLinks(owner, { chain, page, tell });
    const { unsealed, stray } = await countUnsealed(owner, chain, page);
    verdicts.push({
      chain,
      sealed: chain.last.nth,
      expired,
      unsealed,
      fault: fault ?? judgeHead(chain.head, chain.last) ??
        (stray === null ? undefined : { kind: "inserted", nth: undefined, entryId: stray }),
    });
  }
  return verdicts;
}

async function walkLinks(
  owner: Sql,
  { chain, page, tell }: {
    readonly chain: Chain;
    readonly page: number;
    readonly tell: (done: number) => void;
  },
): Promise<{ readonly fault: Fault | undefined; readonly expired: number }> {
  let after: Head = BEGINNING;
  let expired = 0;
  while (true) {
    const links = await readLinks(owner, chain, { after, limit: page });
    const fault = judgeLinks(after, links);
    if (fault !== undefined) {
      const { entryId } = fault;
      return {
        fault: entryId === undefined ? fault : refine(fault, await traceEntry(owner, entryId)),
        expired,
      };
    }
    expired += links.filter((link) => link.foundDigest === null).length;
    const last = links.at(-1);
    if (last === undefined) return { fault: undefined, expired };
    tell(last.nth);
    after = last;
  }
}

async function countUnsealed(owner: Sql, chain: Chain, limit: number) {
  let after: Mark = FIRST;
  let unsealed = 0;
  let stray: string | null = null;
  while (true) {
    const page = await readEntries(owner, chain, { after, limit });
    unsealed += page.unsealed;
    stray ??= page.stray;
    if (page.end === undefined) return { unsealed, stray };
    after = page.end;
  }
}

const nameOf = ({ code }: Chain): string => code ?? "entries of no organization";

/** A line for each chain. */
export function tellVerdict({ chain, sealed, expired, unsealed, fault }: Verdict): string {
  const counts = [
    `${sealed} sealed`,
    ...(expired > 0 ? [`${expired} of them dropped with their month`] : []),
    `${unsealed} not sealed yet`,
  ].join(", ");
  const state = fault === undefined ? `intact, head ${chain.head.hash || "-"}` : tellFault(fault);
  return `${nameOf(chain)}: ${counts}; ${state}`;
}
