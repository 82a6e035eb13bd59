/** One organization's live messages: the last of them kept in a ring, for sockets that come back. */
import type { Notice } from "../domain/event.ts";
import type { Mask } from "./mask.ts";

/** What a socket may be sent: to one user or to all, with amounts or without. */
export interface Sent {
  readonly n: number;
  /** Whose draft it tells of; undefined: everybody's. */
  readonly userId: string | undefined;
  readonly open: string;
  readonly masked: string;
}

/** About ten minutes of a busy organization. */
const MOST_KEPT = 2000;

export class Room {
  #kept: Sent[] = [];
  #last = 0;

  constructor(readonly organizationId: string) {}

  /** The number of the newest message. */
  get last(): number {
    return this.#last;
  }

  /** Numbers the message and keeps it. */
  add(epoch: string, message: Notice | object, mask: Mask): Sent {
    const n = ++this.#last;
    const sent = {
      n,
      userId: draftOwner(message),
      open: numbered(epoch, n, message),
      masked: numbered(epoch, n, masked(message, mask)),
    };
    this.#kept.push(sent);
    // In bulk, since shifting one by one would move the whole ring each time.
    if (this.#kept.length > MOST_KEPT * 2) this.#kept = this.#kept.slice(-MOST_KEPT);
    return sent;
  }

  /** The messages after that one; undefined when some of them are gone, or it was never sent. */
  since(n: number): ReadonlyArray<Sent> | undefined {
    const first = this.#last - this.#kept.length;
    return n > this.#last || n < first ? undefined : this.#kept.slice(n - first);
  }

  /** Forgets everything: what came in between is not known. */
  clear(): void {
    this.#kept = [];
  }
}

export const numbered = (epoch: string, n: number, message: object): string =>
  JSON.stringify({ seq: `${epoch}.${n}`, ...message });

const draftOwner = (message: object): string | undefined =>
  "type" in message && message.type === "DRAFT_SAVED" && "userId" in message
    ? String(message.userId)
    : undefined;

/** Events carry no values, but errors and reasons are words that may quote them. */
function masked(message: object, mask: Mask): object {
  if ("sync" in message) return { ...message, sync: mask.sync(message.sync as never) };
  if (!("status" in message)) return message;
  const status = message.status as { readonly reasons: ReadonlyArray<string> };
  return { ...message, status: { ...status, reasons: status.reasons.map(mask.text) } };
}
