/** What else was recorded with an entry, by name: the request and the answer of an attempt, reasons, counts. */
import { duration } from "../format.ts";
import type { Entry } from "./entry.ts";

type Fact = readonly [name: string, text: string];

const NAMES: { readonly [detail: string]: string } = {
  send: "Sent so far",
  version: "Version",
  baseVersion: "Seen at version",
  pemsVersion: "Version in PEMS",
  targetVersion: "Back to version",
  latencyMs: "Took",
  delayMs: "Next after",
  status: "Answer",
  outcome: "Outcome",
  error: "Error",
  reason: "Reason",
  fields: "Fields",
  lost: "Lost by it",
  left: "Still to go",
  merged: "Merged values",
  resolution: "Resolution",
  unreadable: "Could not be read",
  keyFingerprint: "Key",
  baseUrl: "Address",
  rateLimit: "Calls per second",
  permissions: "Permissions",
  expiresAt: "Until",
  until: "Until",
  conflictPolicy: "Conflict policy",
  money: "With amounts",
};
const SENT = new Set(["WRITE_ATTEMPT", "WRITE_RESULT"]);
/** Told elsewhere in the line, or names of rows that nobody reads. */
const UNSAID = new Set(["changes", "operation", "member", "author", "evidence"]);

/** In the order in which they were recorded; amounts have been masked by the server. */
export function factsOf({ eventType, workerId, changes, details }: Entry): ReadonlyArray<Fact> {
  const { operation } = details;
  return [
    ...(workerId === null ? [] : [["Worker", workerId] as const]),
    ...(eventType === "WRITE_ATTEMPT"
      ? [["Request", `${operation === "DELETE" ? "DELETE" : "PUT"} ${requestOf(changes)}`] as const]
      : []),
    ...Object.entries(details)
      .filter(([name, value]) =>
        !UNSAID.has(name) && value !== null && value !== "" &&
        !(name === "pemsVersion" && value === details["version"])
      )
      .map(([name, value]): Fact => [NAMES[name] ?? spaced(name), told(name, value)]),
    ...(SENT.has(eventType) && details["status"] === null
      ? [["Answer", "none came"] as const]
      : []),
  ];
}

const requestOf = (changes: Entry["changes"]): string =>
  JSON.stringify(
    Object.fromEntries(changes.map(({ field, to, masked }) => [field, masked ? "•••" : to])),
  );

function told(name: string, value: unknown): string {
  if (name === "latencyMs") return `${Math.round(Number(value))} ms`;
  if (name === "delayMs") return duration(Number(value) / 1000);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) {
    return value.join(", ") || "none";
  }
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** `attemptsGivenBack` as `Attempts given back`. */
const spaced = (name: string): string => {
  const words = name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words[0]!.toUpperCase() + words.slice(1);
};
