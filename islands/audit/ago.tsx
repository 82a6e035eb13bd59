/** How long ago something was, with the moment itself for who rests on it; in UTC while the server draws it. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { serverNow } from "../api.ts";
import { duration, localTime, utcTime } from "../format.ts";

/** What time it is for every such text on the page; null on the server and until the island is awake. */
const now = signal<number | null>(null);
const TICK_MS = 15_000;
let shown = 0;
let tick: ReturnType<typeof setInterval> | undefined;

const read = () => {
  if (!document.hidden) now.value = serverNow();
};

export function Ago({ at }: { readonly at: string }) {
  useEffect(() => {
    if (shown++ === 0) tick = setInterval(read, TICK_MS);
    if (now.peek() === null) read();
    return () => {
      if (--shown === 0) clearInterval(tick);
    };
  }, []);
  const time = now.value;
  return time === null
    ? <time dateTime={at}>{utcTime(at)}</time>
    : <time dateTime={at} title={localTime(at)}>{ago(time - Date.parse(at))}</time>;
}

const DAY = 86_400;

/** `12 s ago`, `3 min ago`, `5 h ago`, `12 days ago`: one unit is enough. */
function ago(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 5) return "just now";
  const days = Math.floor(seconds / DAY);
  if (days > 0) return `${days} ${days === 1 ? "day" : "days"} ago`;
  const unit = seconds < 60 ? 1 : seconds < 3600 ? 60 : 3600;
  return `${duration(Math.floor(seconds / unit) * unit)} ago`;
}
