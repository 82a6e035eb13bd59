/** The Postgres wire protocol between postgres.js and PGlite, in memory: many logical connections, one backend. */
import { Buffer } from "node:buffer";
import { EventEmitter } from "node:events";
import type { PGlite } from "@electric-sql/pglite";
import { answerToStartup, frames, join, startupParameters, type } from "./frames.ts";

/** Frontend messages after which the server answers: Sync, Query, Flush, CopyDone, CopyFail. */
const TURNS = new Set(["S", "Q", "H", "c", "f"]);

/** A factory of sockets for postgres.js's `socket` option. */
export function wire(pglite: PGlite): () => Line {
  const backend = new Backend(pglite);
  return () => backend.connect();
}

/** Gives PGlite's one session to one line at a time, from its first message until it is idle again. */
class Backend {
  readonly #lines = new Set<Line>();
  readonly #waiting: Line[] = [];
  #owner: Line | undefined;
  #busy = false;
  #role = "postgres";

  constructor(private readonly pglite: PGlite) {}

  connect(): Line {
    const line = new Line(this);
    this.#lines.add(line);
    return line;
  }

  schedule(line: Line) {
    if (!this.#waiting.includes(line)) this.#waiting.push(line);
    void this.#turn();
  }

  async leave(line: Line) {
    this.#lines.delete(line);
    const place = this.#waiting.indexOf(line);
    if (place >= 0) this.#waiting.splice(place, 1);
    // A line that dies inside a transaction takes its transaction along.
    if (this.#owner === line && !this.#busy) await this.#release(true);
  }

  async #release(rollback: boolean) {
    if (rollback) await this.pglite.exec("rollback");
    this.#owner = undefined;
    void this.#turn();
  }

  async #turn() {
    if (this.#busy) return;
    const line = this.#owner ?? this.#waiting[0];
    const place = line === undefined ? -1 : this.#waiting.indexOf(line);
    if (line === undefined || place < 0) return;
    this.#waiting.splice(place, 1);
    let idle = this.#owner !== line;
    this.#owner = line;
    this.#busy = true;
    try {
      await this.#assume(line.role);
      const request = line.takeRequest();
      // Empty when it went along with the line's request before: nothing would answer it, and a line that waits for
      // an answer keeps the session for good.
      if (request.length > 0) {
        const reply = await this.pglite.runExclusive(() => this.pglite.execProtocolRaw(request));
        idle = this.#hand(reply, line);
      }
    } catch (cause) {
      line.fail(cause);
    }
    this.#busy = false;
    const died = line.readyState !== "open";
    if (idle || died) await this.#release(died && !idle);
    else void this.#turn();
  }

  /** The session runs as the role of the line that owns it, as a server's session of its own would. */
  async #assume(role: string) {
    if (role === this.#role) return;
    await this.pglite.exec(`set role "${role.replaceAll('"', '""')}"`);
    this.#role = role;
  }

  /** Hands the reply to its line and notifications to all; true when the session is idle again. */
  #hand(reply: Uint8Array, line: Line): boolean {
    const own: Uint8Array[] = [];
    let idle = false;
    for (const frame of frames(reply)) {
      if (type(frame) === "A") { for (const each of this.#lines) each.deliver(frame); }
      else own.push(frame);
      if (type(frame) === "Z") idle = frame[5] === "I".charCodeAt(0);
    }
    if (own.length > 0) line.deliver(join(own));
    return idle;
  }
}

/** One logical connection: the side of a socket that postgres.js sees. */
export class Line extends EventEmitter {
  readyState = "open";
  role = "postgres";
  #started = false;
  #rest: Uint8Array = new Uint8Array();
  #request: Uint8Array[] = [];

  constructor(private readonly backend: Backend) {
    super();
  }

  setKeepAlive() {}
  pause() {}
  resume() {}
  ref() {}
  unref() {}

  write(chunk: Uint8Array, done?: () => void): boolean {
    this.#take(chunk);
    done?.();
    return true;
  }

  end(chunk?: Uint8Array) {
    if (chunk !== undefined) this.#take(chunk);
    this.destroy();
  }

  destroy() {
    if (this.readyState !== "open") return;
    this.readyState = "closed";
    void this.backend.leave(this);
    queueMicrotask(() => this.emit("close", false));
  }

  deliver(bytes: Uint8Array) {
    if (this.readyState === "open") this.emit("data", Buffer.from(bytes));
  }

  fail(cause: unknown) {
    this.emit("error", cause);
    this.destroy();
  }

  takeRequest(): Uint8Array {
    const request = join(this.#request);
    this.#request = [];
    return request;
  }

  #take(chunk: Uint8Array) {
    // postgres.js reuses its buffer for the next message.
    let bytes = join([this.#rest, chunk.slice()]);
    if (!this.#started) {
      const startup = startupParameters(bytes);
      if (startup === undefined) return void (this.#rest = bytes);
      this.#started = true;
      this.role = startup.parameters.get("role") ?? "postgres";
      bytes = bytes.subarray(startup.length);
      queueMicrotask(() => this.deliver(answerToStartup()));
    }
    let end = 0;
    for (const frame of frames(bytes)) {
      end += frame.length;
      if (type(frame) === "X") return this.destroy();
      this.#request.push(frame);
      if (TURNS.has(type(frame))) this.backend.schedule(this);
    }
    this.#rest = bytes.slice(end);
  }
}
