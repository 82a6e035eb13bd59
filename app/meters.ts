/** What this process measures of itself: its requests, and what it takes of its machine. */
import process from "node:process";
import { type Buckets, type Family, histogram } from "./exposition.ts";

/** Upper bounds in seconds: finer than those of PEMS's answers, since these are ours. */
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** How often it is seen how late the event loop is. */
const BEAT_MS = 250;
/** Anything may be sent as a method; a name for each would never be forgotten. */
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** A request that was answered. */
export interface Answered {
  readonly method: string;
  /** Its path as the routes spell it. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

interface Observed extends Buckets {
  readonly counts: Map<string, number>;
  sum: number;
}

export class Meters {
  #active = 0;
  readonly #requests = new Map<string, Observed & { readonly labels: Record<string, string> }>();
  readonly #late: Observed = { counts: new Map(), sum: 0 };

  /** A request has come; what it returns is told of its answer. */
  begin(): (answered: Answered) => void {
    this.#active++;
    return ({ method, route, status, seconds }) => {
      this.#active--;
      const labels = {
        method: METHODS.has(method) ? method : "other",
        route,
        status: `${Math.floor(status / 100)}xx`,
      };
      const key = Object.values(labels).join(" ");
      const seen = this.#requests.get(key) ?? { labels, counts: new Map(), sum: 0 };
      this.#requests.set(key, seen);
      observe(seen, seconds);
    };
  }

  /** Notes from now on how late timers fire: the event loop was held up for as long. Returns what ends it. */
  watch(): () => void {
    let due = performance.now() + BEAT_MS;
    const timer = setInterval(() => {
      const now = performance.now();
      observe(this.#late, Math.max(now - due, 0) / 1000);
      due = now + BEAT_MS;
    }, BEAT_MS);
    return () => clearInterval(timer);
  }

  /** @param sockets live sockets that are open */
  families(sockets: number): Family[] {
    const { user, system } = process.cpuUsage();
    return [
      {
        name: "http_server_request_duration_seconds",
        type: "histogram",
        help: "Requests to this process until their answer begins, by route and class of status",
        samples: [...this.#requests.values()].flatMap((one) => histogram(one.labels, one, BOUNDS)),
      },
      gauge("http_server_active_requests", "Requests under way in this process", this.#active),
      gauge("http_server_open_sockets", "Live sockets that are open in this process", sockets),
      {
        name: "process_cpu_seconds_total",
        type: "counter",
        help: "Processor time of this process, user and system",
        samples: [{ labels: {}, value: (user + system) / 1_000_000 }],
      },
      gauge("process_resident_memory_bytes", "Memory of this process", Deno.memoryUsage().rss),
      gauge(
        "process_start_time_seconds",
        "When this process was started, in seconds since 1970",
        performance.timeOrigin / 1000,
      ),
      {
        name: "process_event_loop_delay_seconds",
        type: "histogram",
        help: "How late timers of this process fire",
        samples: histogram({}, this.#late, BOUNDS),
      },
    ];
  }
}

const gauge = (name: string, help: string, value: number): Family => ({
  name,
  type: "gauge",
  help,
  samples: [{ labels: {}, value }],
});

function observe(observed: Observed, seconds: number): void {
  const le = String(BOUNDS.find((bound) => seconds <= bound) ?? "+Inf");
  observed.counts.set(le, (observed.counts.get(le) ?? 0) + 1);
  observed.sum += seconds;
}
