/** One socket's place in its organization's room: what it may see, and how far it has come. */
import type { Permission } from "../domain/permissions.ts";
import type { SyncState } from "../domain/status.ts";
import type { SyncCounts } from "../domain/event.ts";
import { type Mask, maskFor, seesMoney } from "./mask.ts";
import { numbered, type Sent } from "./room.ts";

/** Beyond this a browser does not keep up: it is dropped, and resumes by itself. */
const MOST_BUFFERED = 1_000_000;

export interface SeatOptions {
  readonly socket: WebSocket;
  readonly organizationId: string;
  readonly userId: string;
  /** Of the session or token that opened it. */
  readonly credentialId: string;
  readonly permissions: ReadonlyArray<Permission>;
}

interface Present {
  readonly type: "SNAPSHOT";
  readonly organizationId: string;
  readonly at: string;
  readonly status: SyncCounts;
  readonly records: ReadonlyArray<{ readonly pfaId: string; readonly sync: SyncState }>;
}

export class Seat {
  readonly organizationId: string;
  readonly userId: string;
  readonly credentialId: string;
  readonly #socket: WebSocket;
  #permissions: ReadonlyArray<Permission>;
  /** Nothing is sent until the snapshot has told where things stand. */
  #fed = false;
  /** A snapshot is large by itself and no sign of a slow browser. */
  #allowed = MOST_BUFFERED;
  #closed = () => {};

  constructor({ socket, organizationId, userId, credentialId, permissions }: SeatOptions) {
    this.organizationId = organizationId;
    this.userId = userId;
    this.credentialId = credentialId;
    this.#socket = socket;
    this.#permissions = permissions;
    socket.addEventListener("close", () => this.#closed());
    socket.addEventListener("error", () => this.#closed());
  }

  whenClosed(closed: () => void): void {
    this.#closed = closed;
  }

  permit(permissions: ReadonlyArray<Permission>): void {
    this.#permissions = permissions;
  }

  /** Waits for `begin`. */
  pause(): void {
    this.#fed = false;
  }

  /** Where things stand as of message `n`, then what came after it. */
  begin(epoch: string, n: number, present: Present, later: ReadonlyArray<Sent>): void {
    const text = numbered(epoch, n, maskPresent(present, maskFor(this.#permissions)));
    this.#allowed = MOST_BUFFERED + text.length * 2;
    this.#write(text);
    this.resume(later);
  }

  resume(missed: ReadonlyArray<Sent>): void {
    this.#fed = true;
    for (const sent of missed) this.take(sent);
  }

  take(sent: Sent): void {
    if (!this.#fed || (sent.userId !== undefined && sent.userId !== this.userId)) return;
    this.#write(seesMoney(this.#permissions) ? sent.open : sent.masked);
  }

  #write(text: string): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    if (this.#socket.bufferedAmount > this.#allowed) {
      this.close(1013, "Too slow: come again");
      return;
    }
    if (this.#socket.bufferedAmount === 0 && this.#fed) this.#allowed = MOST_BUFFERED;
    this.#socket.send(text);
  }

  /** @param code of RFC 6455 */
  close(code: number, reason: string): void {
    this.#closed();
    if (this.#socket.readyState <= WebSocket.OPEN) this.#socket.close(code, reason);
  }
}

const maskPresent = (present: Present, mask: Mask): Present => ({
  ...present,
  status: { ...present.status, reasons: present.status.reasons.map(mask.text) },
  records: present.records.map(({ pfaId, sync }) => ({ pfaId, sync: mask.sync(sync) })),
});
