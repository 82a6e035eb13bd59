/** Live messages of this process: one LISTEN feeds a room for each organization, and every room its sockets. */
import type { Notice } from "../domain/event.ts";
import { EVENT } from "../db/notices.ts";
import { unsettled } from "../db/records.ts";
import { liveCredentials } from "../db/sessions.ts";
import { asTenant, type Database } from "../db/sql.ts";
import { syncCounts } from "../db/status.ts";
import { log } from "./log.ts";
import { MASKED } from "./mask.ts";
import { expand } from "./news.ts";
import { Room } from "./room.ts";
import { sessionOf } from "./session.ts";
import type { Seat } from "./seat.ts";

/** How often the counts go out: while things move, and at rest. */
const BUSY_MS = 500;
const RESTING_MS = 30_000;
/** A revoked session closes within two of these. */
const CHECK_MS = 25_000;
/** More than a grid shows; what is left out is fetched with the records. */
const MOST_IN_SNAPSHOT = 20_000;

export interface LiveOptions {
  readonly db: Database;
  readonly writeSync: boolean;
}

export interface Live {
  /** Resolves once notifications are heard. */
  readonly ready: Promise<void>;
  /** Gives the socket its place; it is fed until it closes. */
  join(seat: Seat, since: string | undefined): void;
  /** How many are open. */
  sockets(): number;
  /** Closes the sockets whose session ended or may no longer read; done by itself every 25 s. */
  check(): Promise<void>;
  /** Closes every socket (1001) and stops listening. */
  close(): Promise<void>;
}

export const makeLive = (options: LiveOptions): Live => new Rooms(options);

interface Place {
  readonly room: Room;
  readonly seats: Set<Seat>;
  /** Notices in their order, one after another. */
  work: Promise<void>;
  /** The counting under way, beside the notices: in their line it held up badges by as long as it took. */
  counting: Promise<void>;
  health: ReturnType<typeof setTimeout> | undefined;
  /** When the timer fires, and when it last did: ms since 1970. */
  dueAt: number;
  toldAt: number;
}

class Rooms implements Live {
  readonly ready: Promise<void>;
  readonly #db: Database;
  readonly #writeSync: boolean;
  readonly #places = new Map<string, Place>();
  readonly #listening: Promise<{ readonly unlisten: () => Promise<void> }>;
  readonly #checking: ReturnType<typeof setInterval>;
  #epoch = newEpoch();
  #listened = false;
  #closed = false;

  constructor({ db, writeSync }: LiveOptions) {
    this.#db = db;
    this.#writeSync = writeSync;
    this.#listening = db.owner.listen(EVENT, (payload) => this.#hear(payload), () => {
      // The first time nothing was missed; later, whatever was told in the gap is lost.
      if (this.#listened) this.#restart();
      this.#listened = true;
    });
    this.ready = this.#listening.then(() => {});
    this.ready.catch((error) => log("error", "cannot listen for events", { error: String(error) }));
    this.#checking = setInterval(() => void this.check().catch(complain), CHECK_MS);
  }

  join(seat: Seat, since: string | undefined): void {
    const place = this.#placeOf(seat.organizationId);
    place.seats.add(seat);
    seat.whenClosed(() => place.seats.delete(seat));
    const [epoch, n] = since?.split(".") ?? [];
    const missed = epoch === this.#epoch ? place.room.since(Number(n)) : undefined;
    if (missed === undefined) void this.#welcome(place, seat);
    else seat.resume(missed);
    this.#schedule(place, RESTING_MS);
  }

  sockets(): number {
    return [...this.#places.values()].reduce((sum, { seats }) => sum + seats.size, 0);
  }

  async check(): Promise<void> {
    const seats = [...this.#places.values()].flatMap((place) => [...place.seats]);
    if (seats.length === 0) return;
    const ids = [...new Set(seats.map((seat) => seat.credentialId))];
    const live = await liveCredentials(this.#db.auth, ids);
    const sessions = new Map(live.map((bearer) => [bearer.id, sessionOf(bearer)]));
    for (const seat of seats) {
      const session = sessions.get(seat.credentialId);
      // Who looks as somebody, or no longer does, is another than the one who sat down.
      const membership = session?.user.id === seat.userId
        ? session.organizations.find(({ id }) => id === seat.organizationId)
        : undefined;
      if (membership?.permissions.includes("Read")) seat.permit(membership.permissions);
      else seat.close(1008, "The session has ended or may no longer read this");
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#checking);
    for (const { health, seats } of this.#places.values()) {
      clearTimeout(health);
      for (const seat of [...seats]) seat.close(1001, "The server is going away");
    }
    await this.#listening.then(({ unlisten }) => unlisten(), () => {});
    await Promise.all([...this.#places.values()].flatMap(({ work, counting }) => [work, counting]));
  }

  #placeOf(organizationId: string): Place {
    const place: Place = this.#places.get(organizationId) ?? {
      room: new Room(organizationId),
      seats: new Set(),
      work: Promise.resolve(),
      counting: Promise.resolve(),
      health: undefined,
      dueAt: 0,
      toldAt: Date.now(),
    };
    this.#places.set(organizationId, place);
    return place;
  }

  /** A payload is an array of notices; rooms that nobody ever entered keep nothing. */
  #hear(payload: string): void {
    for (const notice of JSON.parse(payload) as ReadonlyArray<Notice>) {
      const place = this.#places.get(notice.organizationId);
      if (place === undefined) continue;
      place.work = place.work.then(() => this.#tell(place, notice)).catch(complain);
    }
  }

  async #tell(place: Place, notice: Notice): Promise<void> {
    // Nobody looks, and who comes back reads them anew.
    if (notice.type === "METRICS" && place.seats.size === 0) return;
    if (notice.type !== "HEALTH") {
      for (const message of await expand(this.#db.app, notice)) this.#send(place, message);
    }
    if (notice.type !== "DRAFT_SAVED" && notice.type !== "METRICS") this.#schedule(place, BUSY_MS);
  }

  #send({ room, seats }: Place, message: object): void {
    const sent = room.add(this.#epoch, message, MASKED);
    for (const seat of seats) seat.take(sent);
  }

  /** The counts go out this long after they were last told, or sooner if that is planned already. */
  #schedule(place: Place, gapMs: number): void {
    if (this.#closed || place.seats.size === 0) return;
    const dueAt = Math.max(Date.now(), place.toldAt + gapMs);
    if (place.health !== undefined && place.dueAt <= dueAt) return;
    clearTimeout(place.health);
    place.dueAt = dueAt;
    place.health = setTimeout(() => {
      place.counting = place.counting.then(() => this.#tellHealth(place)).catch(complain);
    }, dueAt - Date.now());
  }

  async #tellHealth(place: Place): Promise<void> {
    place.health = undefined;
    if (this.#closed || place.seats.size === 0) return;
    try {
      const { organizationId } = place.room;
      const tenant = { organizationId, userId: "" };
      const status = await asTenant(
        this.#db.app,
        tenant,
        (tx) => syncCounts(tx, this.#writeSync),
      );
      this.#send(place, { type: "HEALTH", organizationId, at: new Date().toISOString(), status });
    } finally {
      place.toldAt = Date.now();
      this.#schedule(place, RESTING_MS);
    }
  }

  #restart(): void {
    this.#epoch = newEpoch();
    for (const place of this.#places.values()) {
      place.room.clear();
      for (const seat of place.seats) void this.#welcome(place, seat);
    }
  }

  /** Without a snapshot the socket is of no use: the browser comes again. */
  async #welcome(place: Place, seat: Seat): Promise<void> {
    seat.pause();
    try {
      await this.#snapshot(place, seat);
    } catch (error) {
      complain(error);
      seat.close(1011, "Cannot read the present state");
    }
  }

  /** Everything that is not at rest, for one seat; what comes meanwhile follows it. */
  async #snapshot(place: Place, seat: Seat): Promise<void> {
    const { room: { organizationId, last }, room } = place;
    const epoch = this.#epoch;
    const tenant = { organizationId, userId: seat.userId };
    const present = await asTenant(this.#db.app, tenant, async (tx) => ({
      status: await syncCounts(tx, this.#writeSync),
      records: await unsettled(tx, seat.userId, MOST_IN_SNAPSHOT),
    }));
    const later = epoch === this.#epoch ? room.since(last) : undefined;
    if (later === undefined) return await this.#snapshot(place, seat);
    const at = new Date().toISOString();
    seat.begin(epoch, last, { type: "SNAPSHOT", organizationId, at, ...present }, later);
  }
}

const newEpoch = () => crypto.randomUUID().slice(0, 8);

const complain = (error: unknown): void =>
  log("warn", "a live message was not sent", { error: String(error) });
