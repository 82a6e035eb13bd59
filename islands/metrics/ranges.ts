/** The times that can be looked at; what is chosen lives in the URL. */

/** Seconds, by what the URL says. */
export const RANGES = {
  "15m": { seconds: 900, label: "15 min" },
  "1h": { seconds: 3600, label: "1 hour" },
  "6h": { seconds: 6 * 3600, label: "6 hours" },
  "24h": { seconds: 86_400, label: "24 hours" },
  "7d": { seconds: 7 * 86_400, label: "7 days" },
  "30d": { seconds: 30 * 86_400, label: "30 days" },
} as const;
export type RangeName = keyof typeof RANGES;

/** The last so much, which moves on; or a time that stands still. Seconds since 1970. */
export type Chosen =
  | { readonly range: RangeName }
  | { readonly range?: undefined; readonly from: number; readonly to: number };

type Query = { readonly [name: string]: string | undefined };

/** An hour when nothing that is known was chosen. */
export function chosenOf(query: Query): Chosen {
  const [from, to] = [query["from"], query["to"]].map((text) => Date.parse(text ?? "") / 1000);
  if (from! < to!) return { from: from!, to: to! };
  const range = query["range"];
  return { range: range !== undefined && range in RANGES ? range as RangeName : "1h" };
}

export const instant = (seconds: number): string => new Date(seconds * 1000).toISOString();

/** What the page's address says of it. */
export const addressed = (chosen: Chosen): Query =>
  chosen.range === undefined
    ? { from: instant(chosen.from), to: instant(chosen.to), range: undefined }
    : { range: chosen.range, from: undefined, to: undefined };

/** What the API is asked. @param now seconds since 1970 */
export const metricsQuery = (organizationId: string, chosen: Chosen, now: number): Query => ({
  organizationId,
  from: instant(chosen.range === undefined ? chosen.from : now - RANGES[chosen.range].seconds),
  to: chosen.range === undefined ? instant(chosen.to) : undefined,
});

/** The time around the same middle, longer or shorter by the factor; moved by a share of its length. */
export function reframed(
  { from, to }: { readonly from: number; readonly to: number },
  { factor = 1, move = 0, now }: {
    readonly factor?: number;
    readonly move?: number;
    readonly now: number;
  },
): { readonly from: number; readonly to: number } {
  const length = Math.min(Math.max((to - from) * factor, SHORTEST), LONGEST);
  const middle = (from + to) / 2 + move * (to - from);
  const end = Math.min(middle + length / 2, now);
  return { from: end - length, to: end };
}

const SHORTEST = 120;
const LONGEST = 34 * 86_400;
