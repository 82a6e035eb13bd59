/** `admin audit verify`: walks every chain of the audit trail and tells the first link that is broken. */
import { beginWalk, walkOn } from "../../db/chain_verify.ts";
import { type Chain, listChains } from "../../db/chain_walk.ts";
import type { Sql } from "../../db/sql.ts";
import { type Fault, tellFault } from "../../domain/chain.ts";

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
    let walk = beginWalk(chain);
    while (!walk.done) {
      const before = walk.after.nth;
      walk = await walkOn(owner, walk, page);
      if (chain.head.nth > page && walk.after.nth > before) {
        progress(`${nameOf(chain)}: ${walk.after.nth} of ${chain.head.nth} links`);
      }
    }
    const { expired, unsealed, fault } = walk;
    verdicts.push({ chain, sealed: chain.last.nth, expired, unsealed, fault: fault ?? undefined });
  }
  return verdicts;
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
