/** Shapes at the door: one Effect Schema each for validation, types and OpenAPI. */
import { Schema } from "effect";
import type { MiddlewareHandler } from "hono";
import { describeRoute, loadVendor, resolver, validator } from "hono-openapi";
import type { AppEnv } from "./env.ts";
import { readJson } from "./json_body.ts";
import { invalid, type ProblemCode, PROBLEMS } from "./problem.ts";

type Shape = Schema.Codec<unknown, unknown>;

loadVendor("effect", {
  toJSONSchema: (schema) => {
    // deno-lint-ignore no-explicit-any
    const standard = (schema as any)["~standard"];
    return closed(standard.jsonSchema.input({ target: "draft-2020-12" })) as never;
  },
});

/** Unknown fields are refused, so the document must not promise to take them. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const copy = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, closed(value)]),
  );
  return "properties" in copy && copy["additionalProperties"] === true
    ? { ...copy, additionalProperties: false }
    : copy;
}

const standard = (schema: Shape) =>
  Schema.toStandardJSONSchemaV1(Schema.toStandardSchemaV1(schema, {
    parseOptions: { errors: "all", onExcessProperty: "error" },
  }));

/** Throws 400 naming each wrong, missing or unknown field. */
async function decoded(schema: ReturnType<typeof standard>, input: unknown): Promise<unknown> {
  const result = await schema["~standard"].validate(input);
  if (result.issues === undefined) return result.value;
  throw invalid(
    result.issues.slice(0, 100).map(({ path = [], message }) => ({
      path: path.map((step) => String(typeof step === "object" ? step.key : step)).join("."),
      message: WORDS[message] ?? message,
    })),
  );
}

const WORDS: { readonly [message: string]: string } = {
  "Expected no excess property": "This field is unknown",
  "Missing key": "This field is required",
};

/**
 * Validates the JSON body; the handler gets it from `c.req.valid("json")`.
 * @param choose for a body of several forms: the one to judge this body by, so that what is wrong is told plainly
 */
export const body = <S extends Shape>(
  schema: S,
  choose: (json: { readonly [name: string]: unknown }) => Shape = () => schema,
): MiddlewareHandler<AppEnv, string, { in: { json: S["Encoded"] }; out: { json: S["Type"] } }> => {
  const forms = new Map<Shape, ReturnType<typeof standard>>();
  const validate: MiddlewareHandler<AppEnv> = async (c, next) => {
    const json = await readJson(c);
    const form = choose(json);
    if (!forms.has(form)) forms.set(form, standard(form));
    c.req.addValidatedData("json", await decoded(forms.get(form)!, json) as object);
    await next();
  };
  // hono-openapi finds the schema by a symbol on its own validator.
  return Object.assign(validate, validator("json", standard(schema) as never)) as never;
};

/** What the route is for and what it answers, for the OpenAPI document. */
export const told = (
  tag: string,
  summary: string,
  answers: { readonly [status: number]: Shape | string },
  refusals: ReadonlyArray<ProblemCode> = [],
) =>
  describeRoute({
    tags: [tag],
    summary,
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [
          status,
          typeof answer === "string" ? { description: answer } : {
            description: "Done",
            content: { "application/json": { schema: resolver(standard(answer) as never) } },
          },
        ]),
      ),
      ...problems(refusals),
    },
  });

const problem = Schema.Struct({
  type: Schema.String,
  title: Schema.String,
  status: Schema.Int,
  detail: Schema.String,
  code: Schema.String,
  errors: Schema.optionalKey(
    Schema.Array(Schema.Struct({ path: Schema.String, message: Schema.String })),
  ),
}).annotate({ identifier: "Problem" });

const problems = (codes: ReadonlyArray<ProblemCode>) =>
  Object.fromEntries(codes.map((code) => [PROBLEMS[code][0], {
    description: PROBLEMS[code][1],
    content: { "application/problem+json": { schema: resolver(standard(problem) as never) } },
  }]));

/** What every route for signed-in users of an organization may refuse. */
export const GUARDED: ReadonlyArray<ProblemCode> = ["invalid", "unauthenticated", "forbidden"];

// The small shapes that many routes share.
export const Id = Schema.String.check(
  Schema.isPattern(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, { message: "Expected a UUID" }),
);
/** Text a person typed: no NUL, which Postgres cannot hold. */
export const text = (most: number, least = 0) =>
  Schema.String.check(
    Schema.isPattern(new RegExp(`^[^\\u0000]{${least},${most}}$`, "su"), {
      message: `Expected text of ${least === 0 ? "at most" : `${least} to`} ${most} characters`,
    }),
  );
export const Instant = Schema.String.check(
  Schema.isPattern(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/, {
    message: "Expected an ISO 8601 instant such as 2026-11-28T10:30:00Z",
  }),
  Schema.makeFilter((value) =>
    !Number.isNaN(Date.parse(value)) || "Expected an instant that exists"
  ),
);

const isUuid = Schema.is(Id);
/** Whether the text is a UUID; anything else names nothing. */
export const isId = (value: string): boolean => isUuid(value);

/** Names the parameters of a query string in the OpenAPI document; their reading is the route's. */
export const parameters = (names: { readonly [name: string]: string }) =>
  describeRoute({
    parameters: Object.entries(names).map(([name, description]) => ({
      name,
      in: "query" as const,
      description,
      required: description === "Required",
      schema: { type: "string" as const },
    })),
  });

/** Names a body that is not JSON in the OpenAPI document; its reading is the route's. */
export const textBody = (type: string, description: string) =>
  describeRoute({
    requestBody: {
      description,
      required: true,
      content: { [type]: { schema: { type: "string" as const } } },
    },
  });

/** Whether the text is an ISO 8601 instant that exists. */
export const isInstant: (value: string) => boolean = Schema.is(Instant);
