/** Deltas as they travel. */
import { type Delta, entries } from "../domain/delta.ts";
import { type FieldName, type WireValue, wireValue } from "../domain/pfa.ts";

export type WireDelta = {
  readonly [name in FieldName]?: { readonly from: WireValue; readonly to: WireValue };
};

export const wireDelta = (delta: Delta): WireDelta =>
  Object.fromEntries(
    entries(delta).map(([name, { from, to }]) => [
      name,
      { from: wireValue(name, from), to: wireValue(name, to) },
    ]),
  );
