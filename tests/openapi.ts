/** The API's own document, and input made from it: what it says is good, and what it does not. */
import fc from "fast-check";

// deno-lint-ignore no-explicit-any
export type JsonSchema = any;

export interface Operation {
  readonly method: string;
  /** With `{names}` for parameters. */
  readonly path: string;
  readonly query: ReadonlyArray<{ readonly name: string; readonly description: string }>;
  /** By content type. */
  readonly bodies: { readonly [type: string]: JsonSchema };
  readonly statuses: ReadonlyArray<number>;
}

export function operationsOf(document: JsonSchema): ReadonlyArray<Operation> {
  return Object.entries<JsonSchema>(document.paths).flatMap(([path, methods]) =>
    Object.entries<JsonSchema>(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      query: (operation.parameters ?? []).filter((one: JsonSchema) => one.in === "query"),
      bodies: Object.fromEntries(
        Object.entries<JsonSchema>(operation.requestBody?.content ?? {}).map((
          [type, { schema }],
        ) => [type, schema]),
      ),
      statuses: Object.keys(operation.responses).map(Number),
    }))
  );
}

export interface Pool {
  /** Ids that the operation is about: half of those it gets. */
  readonly own: ReadonlyArray<string>;
  /** Ids of other things, and one of nothing. */
  readonly ids: ReadonlyArray<string>;
  readonly organizationId: string;
}

/** Texts that have broken programs before. */
export const NASTY = [
  ...["", " ", "\0", "a\0b", "'; drop table organization; --", "' or 1=1 --", "%", "_", "\\"],
  ...["../../etc/passwd", "%00", "=1+1", "<script>alert(1)</script>", "${7*7}", "{{7*7}}"],
  ...["null", "undefined", "NaN", "-1", "0", "1e309", "2147483648", "9999-12-31", "2026-02-30"],
  ...["\ud800", "\u202e", "é".repeat(600), "x".repeat(70_000), "__proto__", "constructor"],
];
const nasty = fc.constantFrom(...NASTY);
const junk = fc.oneof(
  nasty,
  fc.constantFrom(null, true, -1, 1e21, 0.1 + 0.2, 2 ** 53, [], {}, [[]], { a: { b: [null] } }),
);

/** What the schema takes; most of the time a field of it is left alone. */
export function good(schema: JsonSchema, document: JsonSchema, pool: Pool): fc.Arbitrary<unknown> {
  const of = (inner: JsonSchema) => good(inner, document, pool);
  if (schema.$ref) {
    const name = decodeURIComponent(schema.$ref.split("/").at(-1));
    return of(document.components.schemas[name] ?? schema.$defs?.[name] ?? {});
  }
  if (schema.allOf?.length > 0 && schema.type === undefined) {
    return of(Object.assign({}, ...schema.allOf));
  }
  if (schema.anyOf ?? schema.oneOf) return fc.oneof(...(schema.anyOf ?? schema.oneOf).map(of));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case "null":
      return fc.constant(null);
    case "boolean":
      return fc.boolean();
    case "integer":
      return fc.integer({ min: -5, max: 4000 });
    case "number":
      return fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });
    case "array":
      return fc.array(of(schema.items ?? {}), { maxLength: 3 });
    case "string":
      return textOf(schema, pool);
    case "object":
      return objectOf(schema, of, pool);
    default:
      return junk;
  }
}

export const idOf = ({ own, ids }: Pool): fc.Arbitrary<string> =>
  fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...own) }, {
    weight: 1,
    arbitrary: fc.constantFrom(...ids),
  });

function textOf(schema: JsonSchema, pool: Pool): fc.Arbitrary<string> {
  const patterns = [schema, ...schema.allOf ?? []].flatMap(({ pattern }) => pattern ?? []);
  if (patterns.some((pattern: string) => pattern.includes("[0-9a-f]{8}"))) {
    return idOf(pool);
  }
  if (patterns.some((pattern: string) => pattern.includes("T\\d{2}"))) {
    return fc.constantFrom("2026-11-28T10:30:00Z", "2020-01-01T00:00:00+02:00");
  }
  return fc.oneof(
    fc.constantFrom("PFA-1", "a mistake", "http://127.0.0.1:1/api", "0123456789ab"),
    fc.string({ minLength: 1, maxLength: 30 }),
  );
}

function objectOf(
  schema: JsonSchema,
  of: (schema: JsonSchema) => fc.Arbitrary<unknown>,
  { organizationId }: Pool,
): fc.Arbitrary<unknown> {
  const properties = Object.entries<JsonSchema>(schema.properties ?? {});
  if (properties.length === 0) {
    const names = fc.constantFrom("description", "monthlyRate", "forecastEnd", "nothing");
    const value = fc.oneof(fc.constantFrom("x", "2026-12-24", "use_pems", 7), junk);
    return fc.dictionary(names, value, { maxKeys: 2 });
  }
  return fc.record(
    Object.fromEntries(
      properties.map(([name, inner]) => [
        name,
        name === "organizationId" ? fc.constant(organizationId) : of(inner),
      ]),
    ),
    { requiredKeys: schema.required ?? [] },
  );
}

/** The same with something wrong: a field of another kind, one too many, one missing, or no object at all. */
export const bad = (valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.tuple(valid, fc.nat(), junk, fc.integer({ min: 0, max: 3 })).map(([body, at, wrong, how]) => {
    if (typeof body !== "object" || body === null || how === 3) return wrong;
    const names = Object.keys(body).filter((name) => name !== "organizationId");
    const name = names[at % Math.max(names.length, 1)] ?? "extra";
    if (how === 0) return { ...body, [name]: wrong };
    if (how === 1) return { ...body, extra: wrong };
    return Object.fromEntries(Object.entries(body).filter(([other]) => other !== name));
  });

/** A parameter's value by its description: one of the words that it names, a number, a day; or anything. */
export const parameterOf = (description: string, pool: Pool): fc.Arbitrary<string> => {
  const words = description.split(/, | or /).filter((word) => /^\w+$/.test(word));
  const likely = words.length > 1
    ? fc.constantFrom(...words)
    : fc.constantFrom("1", "2026-11-01", "2026-11-28T10:30:00Z", "PFA-1", "true");
  return fc.oneof(
    { weight: 8, arbitrary: likely },
    { weight: 1, arbitrary: idOf(pool) },
    { weight: 1, arbitrary: nasty },
  );
};
