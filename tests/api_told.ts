/** An example that has been run, as text that is the same from run to run. */
import type { Example } from "./api_examples.ts";

/** An example that has been run. */
export interface Told {
  readonly example: Example;
  readonly path: string;
  readonly body?: string;
  readonly answer: unknown;
}

export type Calm = (text: string) => string;

/** What was sent and what came back. */
export function exampleLines(told: Told, calm: Calm): ReadonlyArray<string> {
  const { example, path, body, answer } = told;
  const method = example.call.split(" ")[0];
  const type = typeof example.body === "string" ? "text/csv" : "application/json";
  const sent = body === undefined
    ? []
    : [`content-type: ${type}`, "", type === "text/csv" ? body.trimEnd() : pretty(body)];
  return [
    "**Example.** " + example.says,
    "",
    "```http",
    calm([`${method} ${path}`, ...sent].join("\n")),
    "```",
    "",
    `Answers ${example.status}:`,
    "",
    "```json",
    calm(pretty(JSON.stringify(answer))),
    "```",
    "",
  ];
}

/** Lists of plain words stand in one line. */
const pretty = (json: string): string =>
  JSON.stringify(JSON.parse(json), null, 2).replaceAll(
    /\[\s+("[^"]*"(?:,\s+"[^"]*")*)\s+\]/g,
    (_, words) => `[${words.replaceAll(/,\s+/g, ", ")}]`,
  );

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;
const DAY_MS = 86_400_000;

/** What differs from run to run is told the same each time: ids by their order, moments of now, secrets. */
export function calmed({ token }: { readonly [name: string]: string }): Calm {
  const ids = new Map<string, string>();
  const now = Date.now();
  return (text) =>
    text.replaceAll(token ?? "\0", "vgd_shown-this-once")
      .replaceAll(UUID, (id) => {
        if (!ids.has(id)) {
          ids.set(id, `0198c0de-0000-7000-8000-${String(ids.size + 1).padStart(12, "0")}`);
        }
        return ids.get(id)!;
      })
      .replaceAll(
        INSTANT,
        (at) => Math.abs(Date.parse(at) - now) < DAY_MS ? "2026-11-30T08:00:00.000Z" : at,
      )
      .replaceAll(/"nextCursor": "[^"]+"/g, `"nextCursor": "WyIyMDI2LTExLTMwIl0"`)
      .replaceAll(/"seq": "[^"]+"/g, `"seq": "mh2k.1"`)
      .replaceAll(/"estimatedSeconds": [\d.]+/g, `"estimatedSeconds": 3.2`);
}
