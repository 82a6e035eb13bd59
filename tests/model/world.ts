/** The world of a scenario: what product works in it, how it begins, and how its moves are told. */
import { type Delta, entries } from "../../domain/delta.ts";
import type { Product } from "./decisions.ts";
import { NO_WRITE } from "./lane.ts";
import type { Modification, Scenario, State, Told, Values } from "./state.ts";

export interface World extends Product {
  readonly scenario: Scenario;
}

/** A move before it is a whole state. */
export interface Change {
  readonly told: string;
  readonly changed: Partial<State>;
  readonly broken?: string | undefined;
}
export type Moves = ReadonlyArray<Change>;

export const initialOf = (scenario: Scenario): State => {
  const told: Told = { version: 1, values: scenario.values, by: "pems" };
  const blank: Modification = {
    status: "uncommitted",
    changes: {},
    base: 0,
    kind: null,
    decided: false,
  };
  return {
    history: [{ ...told, key: null, items: [] }],
    net: [],
    lane: { state: "none", attempts: 0, ...NO_WRITE, bodies: [] },
    mirror: told,
    page: { told: null },
    modifications: scenario.commits.map(() => blank),
    workers: Array.from({ length: scenario.workers }, () => ({ at: "idle" })),
    circuit: { open: false },
  };
};

export const valuesWith = (values: Values, delta: Delta): Values => ({
  ...values,
  ...Object.fromEntries(
    entries(delta).filter(([name]) => name in values).map(([name, { to }]) => [name, to]),
  ),
});

export const replaced = <T>(list: ReadonlyArray<T>, at: number, one: T): T[] =>
  list.map((known, nth) => nth === at ? one : known);

export const inShort = (delta: Delta): string =>
  entries(delta).map(([name, { from, to }]) => `${name} ${from} → ${to}`).join(", ") || "nothing";
