/** Cursors: opaque to clients, good for the list they came from and no other. */
import { createHash } from "node:crypto";
import { invalid } from "./problem.ts";

export const DEFAULT_LIMIT = 100;
export const MOST_LIMIT = 1000;

/** The page's size from the query. Throws 400 for anything but a whole number from 1 to 1000. */
export function readLimit(limit: string | undefined): number {
  if (limit === undefined) return DEFAULT_LIMIT;
  const number = /^\d{1,6}$/.test(limit) ? Number(limit) : 0;
  if (number >= 1 && number <= MOST_LIMIT) return number;
  throw invalid([{ path: "limit", message: `Expected a whole number from 1 to ${MOST_LIMIT}` }]);
}

/**
 * The text of a cursor.
 * @param list everything that makes the list what it is, such as its filters and order
 * @param place texts (or nothing) that tell where the next page begins
 */
export const writeCursor = (list: unknown, place: ReadonlyArray<string | null>): string =>
  encode(JSON.stringify([fingerprint(list), ...place]));

/**
 * The place the cursor keeps; undefined without one.
 * @param length of the place
 * @throws Problem 400 for a cursor of another list, or none at all
 */
export function readCursor(
  list: unknown,
  cursor: string | undefined,
  length: number,
): ReadonlyArray<string | null> | undefined {
  if (cursor === undefined) return undefined;
  const [mark, ...place] = decode(cursor);
  if (mark !== fingerprint(list)) {
    throw invalid([{
      path: "cursor",
      message: typeof mark === "string"
        ? "This cursor belongs to another list: begin again without it when order or filters change"
        : "This is no cursor",
    }]);
  }
  const texts = place.every((part) => part === null || typeof part === "string");
  if (place.length === length && texts) return place as Array<string | null>;
  throw invalid([{ path: "cursor", message: "This is no cursor" }]);
}

const fingerprint = (list: unknown): string =>
  createHash("sha256").update(JSON.stringify(list)).digest("base64url").slice(0, 16);

const encode = (text: string): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

function decode(cursor: string): ReadonlyArray<unknown> {
  try {
    const binary = atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
    const place: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return Array.isArray(place) ? place : [];
  } catch {
    return [];
  }
}
