/** The three-way check: what we saw, what we want, what PEMS has now. Pure, and the same at every place that asks. */
import { applied, type Change, type Delta, entries, isEmpty, sameValue } from "./delta.ts";
import type { FieldName, Pfa } from "./pfa.ts";
import { brokenRules } from "./rules.ts";

export type FieldPolicy = "manual" | "use_local" | "use_pems";
export type Policies = { readonly [name in FieldName]?: FieldPolicy };
export type Operation = "UPDATE" | "DELETE";
export type ConflictKind = "fields" | "merge_invalid" | "delete" | "outcome_unknown";

/** Fields that mean something together: a conflict on one is a conflict on all of them. */
export const GROUPS: ReadonlyArray<ReadonlyArray<FieldName>> = [
  ["originalStart", "originalEnd"],
  ["forecastStart", "forecastEnd"],
  ["actualStart", "actualEnd", "isActualized"],
  ["source", "monthlyRate", "purchasePrice"],
];

export type Verdict =
  /** May be sent against `remote`'s version; an empty delta needs no request. */
  | { readonly _tag: "Clear"; readonly delta: Delta; readonly auto: ReadonlyArray<FieldName> }
  | {
    readonly _tag: "Conflict";
    readonly kind: ConflictKind;
    readonly fields: ReadonlyArray<FieldName>;
  };

export interface Comparison {
  readonly operation: Operation;
  readonly delta: Delta;
  /** PEMS's record as we last know it. */
  readonly remote: Pfa;
  readonly policies?: Policies;
}

/**
 * Per field: remote = to, both agree and the field drops out; remote = from, keep; otherwise a conflict,
 * unless the field's policy decides. A conflict on a member puts its whole group in (sync-semantics.md, Three-way check).
 */
export function threeWay({ operation, delta, remote, policies = {} }: Comparison): Verdict {
  if (operation === "DELETE") return deleteVerdict(delta, remote);
  if (remote.isDiscontinued && !isEmpty(delta)) {
    return { _tag: "Conflict", kind: "delete", fields: entries(delta).map(([name]) => name) };
  }
  const send: { [name in FieldName]?: Change } = {};
  const auto: FieldName[] = [];
  const manual: FieldName[] = [];
  for (const [name, change] of entries(delta)) {
    if (sameValue(name, remote[name], change.to)) continue;
    if (sameValue(name, remote[name], change.from)) send[name] = change;
    else if (policies[name] === "use_local") {
      send[name] = { from: remote[name], to: change.to };
      auto.push(name);
    } else if (policies[name] === "use_pems") auto.push(name);
    else manual.push(name);
  }
  if (manual.length > 0) {
    return { _tag: "Conflict", kind: "fields", fields: withGroups(manual, delta) };
  }
  const broken = isEmpty(send) ? [] : brokenRules(applied(remote, send));
  return broken.length > 0
    ? {
      _tag: "Conflict",
      kind: "merge_invalid",
      fields: [...new Set(broken.flatMap((rule) => rule.fields))],
    }
    : { _tag: "Clear", delta: send, auto };
}

/** A DELETE carries as its delta every field the planner saw, so that any change at PEMS is noticed. */
function deleteVerdict(delta: Delta, remote: Pfa): Verdict {
  if (remote.isDiscontinued) return { _tag: "Clear", delta: {}, auto: [] };
  const moved = entries(delta)
    .filter(([name, { from }]) => name !== "isDiscontinued" && !sameValue(name, remote[name], from))
    .map(([name]) => name);
  return moved.length > 0
    ? { _tag: "Conflict", kind: "delete", fields: moved }
    : { _tag: "Clear", delta: { isDiscontinued: { from: false, to: true } }, auto: [] };
}

/** The conflicting fields with the members of their groups that the delta names. */
function withGroups(fields: ReadonlyArray<FieldName>, delta: Delta): ReadonlyArray<FieldName> {
  const grouped = GROUPS.filter((group) => group.some((name) => fields.includes(name))).flat()
    .filter((name) => name in delta);
  return [...new Set([...fields, ...grouped])];
}

/** Whether PEMS's record holds every value we sent: the evidence that a write has landed. */
export const holdsOurValues = (delta: Delta, remote: Pfa): boolean =>
  entries(delta).every(([name, { to }]) => sameValue(name, remote[name], to));
