/** Filters in a query string, each read or refused by name. */
import type { Context } from "hono";
import { readDate } from "../domain/dates.ts";
import type { AppEnv } from "./env.ts";
import { invalid } from "./problem.ts";
import { isId, isInstant } from "./shape.ts";

const given = (c: Context<AppEnv>, name: string): string | null =>
  c.req.query(name)?.trim() || null;

const refuse = (path: string, message: string) => invalid([{ path, message }]);

/** One of the choices; null when absent. Throws 400. */
export function choiceOf(
  c: Context<AppEnv>,
  name: string,
  choices: ReadonlyArray<string>,
): string | null {
  const value = given(c, name);
  if (value === null || choices.includes(value)) return value;
  throw refuse(name, `Expected one of ${choices.join(", ")}`);
}

/** Some of the choices, separated by commas, each once and in order; null when absent. Throws 400. */
export function choicesOf(
  c: Context<AppEnv>,
  name: string,
  choices: ReadonlyArray<string>,
): ReadonlyArray<string> | null {
  const value = given(c, name);
  if (value === null) return null;
  const wanted = new Set(value.split(",").map((one) => one.trim()));
  const known = choices.filter((choice) => wanted.has(choice));
  if (known.length === wanted.size) return known;
  throw refuse(name, `Expected one or several of ${choices.join(", ")}`);
}

export function textOf(c: Context<AppEnv>, name: string): string | null {
  const value = given(c, name);
  if (value === null || value.length <= 500 && !value.includes("\0")) return value;
  throw refuse(name, "Expected text of at most 500 characters");
}

export function idOf(c: Context<AppEnv>, name: string): string | null {
  const value = given(c, name);
  if (value === null || isId(value)) return value;
  throw refuse(name, "Expected a UUID");
}

/** An instant, or a day: its midnight UTC, as an end the midnight after it. */
export function instantOf(
  c: Context<AppEnv>,
  name: string,
  end: "start" | "end" = "start",
): string | null {
  const value = given(c, name);
  if (value === null || isInstant(value)) return value;
  const day = readDate(value);
  if (day === undefined) throw refuse(name, "Expected a day or an ISO 8601 instant that exists");
  const midnight = Date.parse(`${day}T00:00:00Z`);
  return new Date(end === "end" ? midnight + 86_400_000 : midnight).toISOString();
}
