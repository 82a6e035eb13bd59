/** The text format that Prometheus scrapes (version 0.0.4). */
import { BOUNDS } from "../domain/series.ts";

export interface Sample {
  readonly labels: { readonly [name: string]: string };
  readonly value: number;
  /** Behind the family's name: `_bucket`, `_sum`, `_count`. */
  readonly suffix?: string;
}

export interface Family {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram" | "untyped";
  readonly help: string;
  readonly samples: ReadonlyArray<Sample>;
}

/** Each family with its HELP and TYPE, also while it has no sample. */
export const exposition = (families: ReadonlyArray<Family>): string =>
  families.map(({ name, type, help, samples }) =>
    [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${type}`,
      ...samples.map(({ labels, value, suffix = "" }) =>
        `${name}${suffix}${labelsOf(labels)} ${numberOf(value)}`
      ),
    ].join("\n") + "\n"
  ).join("");

function labelsOf(labels: Sample["labels"]): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

const escaped = (value: string): string =>
  value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");

const numberOf = (value: number): string =>
  Number.isFinite(value) ? String(value) : value === Infinity ? "+Inf" : "NaN";

/** Observations by the bucket they fell into, and their sum. */
export interface Buckets {
  /** By upper bound (`+Inf` for the last), each bucket alone. */
  readonly counts: ReadonlyMap<string, number>;
  readonly sum: number;
}

/** The samples of one histogram. */
export function histogram(
  labels: Sample["labels"],
  { counts, sum }: Buckets,
  bounds: ReadonlyArray<number> = BOUNDS,
): ReadonlyArray<Sample> {
  let count = 0;
  const buckets = [...bounds.map(String), "+Inf"].map((le): Sample => {
    count += counts.get(le) ?? 0;
    return { suffix: "_bucket", labels: { ...labels, le }, value: count };
  });
  return [
    ...buckets,
    { suffix: "_sum", labels, value: sum },
    { suffix: "_count", labels, value: count },
  ];
}
