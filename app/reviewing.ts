/** The review of own drafts: grouped as they were saved, so that what was done at once is seen, and undone, at once. */
import { pendingCalls } from "../db/connections.ts";
import { listOwnDrafts, type OwnDraft } from "../db/deck.ts";
import type { Tenant, Tx } from "../db/sql.ts";
import { entries } from "../domain/delta.ts";
import { type FieldName, MONEY_FIELDS, wireValue } from "../domain/pfa.ts";
import { secondsUntil } from "./estimate.ts";
import type { Mask } from "./mask.ts";
import type { Review } from "./review_shapes.ts";

/** As many as two bulk operations save. */
const MOST_DRAFTS = 10_000;
/** Told of each group; GridLab shows the others. */
const SHOWN = 50;

interface Reviewing {
  readonly tenant: Tenant;
  readonly writeSync: boolean;
  readonly money: boolean;
  readonly mask: Mask;
}

/** The user's drafts of the organization, and how long they would take to reach PEMS. */
export async function readReview(
  tx: Tx,
  { tenant, writeSync, money, mask }: Reviewing,
): Promise<Review> {
  const [drafts, pending] = await Promise.all([
    listOwnDrafts(tx, tenant.userId, MOST_DRAFTS),
    pendingCalls(tx, tenant.organizationId),
  ]);
  return {
    total: drafts.length,
    seconds: secondsUntil(pending, drafts.length, writeSync),
    groups: grouped(drafts).map(({ savedAt, drafts }) => ({
      savedAt: savedAt === null ? null : new Date(savedAt).toISOString(),
      reason: savedAt === null ? null : maskedReason(drafts[0]!, mask),
      fields: [
        ...new Set(drafts.flatMap((draft) => changesOf(draft).map(([name]) => name as string))),
      ],
      modificationIds: drafts.map(({ modificationId }) => modificationId),
      drafts: drafts.slice(0, SHOWN).map((draft) => told(draft, { money, mask })),
    })),
  };
}

const maskedReason = ({ changeReason }: OwnDraft, mask: Mask) =>
  changeReason === null ? null : mask.text(changeReason);

/** Saved in one transaction: at one instant. */
function grouped(
  drafts: ReadonlyArray<OwnDraft>,
): ReadonlyArray<{ readonly savedAt: number | null; readonly drafts: ReadonlyArray<OwnDraft> }> {
  const by = Map.groupBy(drafts, ({ savedAt }) => savedAt.getTime());
  const together = [...by].filter(([, drafts]) => drafts.length > 1);
  const alone = [...by].flatMap(([, drafts]) => drafts.length > 1 ? [] : drafts);
  return [
    ...together.map(([savedAt, drafts]) => ({ savedAt, drafts })),
    ...(alone.length > 0 ? [{ savedAt: null, drafts: alone }] : []),
  ];
}

/** A delete is told by its one field that matters. */
const changesOf = ({ operation, changes }: OwnDraft) =>
  entries(changes).filter(([name]) => operation === "UPDATE" || name === "isDiscontinued");

const told = (draft: OwnDraft, { money, mask }: Pick<Reviewing, "money" | "mask">) => ({
  modificationId: draft.modificationId,
  pfaId: draft.pfaId,
  reason: maskedReason(draft, mask),
  changes: changesOf(draft).map(([name, { from, to }]) => ({
    field: name,
    from: hidden(name, money) ? null : wireValue(name, from),
    to: hidden(name, money) ? null : wireValue(name, to),
  })),
});

const hidden = (name: FieldName, money: boolean) => !money && MONEY_FIELDS.includes(name);
