/** The live socket: one per tab, feeding every island with what happens in an organization. */
import { type Signal, signal } from "@preact/signals";
import type { LiveMessage, SyncCounts } from "../domain/event.ts";
import { call, Refusal } from "./api.ts";
import { expired } from "./session.ts";

export interface Live {
  readonly connection: Signal<"connecting" | "live" | "reconnecting">;
  /** Counts and health as last told; null until the first snapshot. */
  readonly status: Signal<SyncCounts | null>;
  /** Hears every message in order; the socket opens with the first listener. Returns the way to stop. */
  listen(hear: (message: LiveMessage) => void): () => void;
}

const FIRST_DELAY_MS = 500;
/** A planner looking at a banner should not wait longer than this after a restart. */
const MOST_DELAY_MS = 15_000;

/** The tab's socket, by organization. Never filled on the server, where a tab's state has no place. */
const ofTab = new Map<string, Live>();

export function liveOf(organizationId: string): Live {
  const open = ofTab.get(organizationId);
  if (open !== undefined) return open;
  const live = new ReconnectingSocket(organizationId);
  if (typeof document !== "undefined") ofTab.set(organizationId, live);
  return live;
}

class ReconnectingSocket implements Live {
  readonly connection: Live["connection"] = signal("connecting");
  readonly status: Live["status"] = signal(null);
  readonly #organizationId: string;
  readonly #listeners = new Set<(message: LiveMessage) => void>();
  #socket: WebSocket | undefined;
  #since: string | undefined;
  #failures = 0;
  #nextTry: ReturnType<typeof setTimeout> | undefined;

  constructor(organizationId: string) {
    this.#organizationId = organizationId;
  }

  listen(hear: (message: LiveMessage) => void): () => void {
    this.#listeners.add(hear);
    if (this.#socket === undefined) {
      this.#open();
      addEventListener("online", this.#hurry);
      document.addEventListener("visibilitychange", this.#hurry);
      // Signed in again: the socket that was refused is let in now.
      expired.subscribe((over) => over || this.#hurry());
    }
    return () => this.#listeners.delete(hear);
  }

  /** The network is back, or the reader is: no reason to wait for the next try. */
  readonly #hurry = () => {
    if (this.connection.value === "live" || document.hidden) return;
    if (this.#socket?.readyState !== WebSocket.CONNECTING) this.#open();
  };

  #open() {
    clearTimeout(this.#nextTry);
    const address = new URL(`/api/ws/sync/${this.#organizationId}`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    if (this.#since !== undefined) address.searchParams.set("since", this.#since);
    const socket = this.#socket = new WebSocket(address);
    let opened = false;
    socket.onopen = () => {
      opened = true;
      this.#failures = 0;
      this.connection.value = "live";
    };
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(data));
    socket.onclose = () => {
      if (socket !== this.#socket) return;
      this.#retry();
      if (!opened) void probe();
    };
  }

  /** Doubling delays, each anywhere in its upper half: a restart must not bring every tab back at once. */
  #retry() {
    this.connection.value = "reconnecting";
    const most = Math.min(FIRST_DELAY_MS * 2 ** this.#failures++, MOST_DELAY_MS);
    this.#nextTry = setTimeout(() => this.#open(), most * (1 + Math.random()) / 2);
  }

  #hear(message: LiveMessage) {
    this.#since = message.seq;
    if (message.type === "SNAPSHOT" || message.type === "HEALTH") {
      this.status.value = message.status;
    }
    for (const hear of this.#listeners) hear(message);
  }
}

/** A refused socket does not say why: an ordinary call tells whether the session has ended, and asks to sign in. */
async function probe(): Promise<void> {
  if (expired.peek()) return;
  try {
    await call("/api/auth/me");
  } catch (error) {
    // Unreachable: the next try will tell.
    if (!(error instanceof Refusal)) throw error;
  }
}
