/** A dashboard: a socket that stays open and hears what happens. Run by k6, not by Deno. */
import { check } from "k6";
import { Counter } from "k6/metrics";
import ws from "k6/ws";
import { ask, badge, type Planner, play } from "./common.ts";

const heard = new Counter("messages_heard");

/** Watches for so many seconds; badges are timed from the moment the worker settled them, by this machine's clock. */
export function watch(planner: Planner, seconds: number): void {
  const { organizationId } = planner;
  const from = new Date(Date.now() - 900_000).toISOString();
  ask(planner, "read", `/api/pems/metrics?organizationId=${organizationId}&from=${from}`);
  ask(planner, "read", `/api/pems/sync-jobs?organizationId=${organizationId}`);
  let first: string | undefined;
  const url = `${play.url.replace("http", "ws")}/api/ws/sync/${organizationId}`;
  const answer = ws.connect(url, { headers: planner.headers }, (socket) => {
    socket.on("message", (text: string) => {
      const { type, at } = JSON.parse(text) as { type: string; at: string };
      first ??= type;
      heard.add(1);
      if (type === "SYNC_SUCCESS") badge.add(Math.max(Date.now() - Date.parse(at), 0));
    });
    socket.setTimeout(() => socket.close(), seconds * 1000);
  });
  check(answer, {
    "the socket opens": ({ status }) => status === 101,
    "it begins with a snapshot": () => first === "SNAPSHOT",
  });
}
