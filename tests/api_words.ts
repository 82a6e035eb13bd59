/** docs/api.md as text: routes by group with what each needs, takes and answers; examples; shapes. */
import { calmed, exampleLines, type Told } from "./api_told.ts";
import { shapeOf } from "./api_shapes.ts";
import type { JsonSchema } from "./openapi.ts";
import { neededBy, patternOf, type Route, ROUTES } from "./routes.ts";

interface Content {
  readonly [type: string]: { readonly schema: JsonSchema };
}

interface Operation {
  readonly tags: ReadonlyArray<string>;
  readonly summary: string;
  readonly parameters?: ReadonlyArray<
    { readonly name: string; readonly in: string; readonly description?: string }
  >;
  readonly requestBody?: { readonly content: Content };
  readonly responses: {
    readonly [status: string]: { readonly description?: string; readonly content?: Content };
  };
}

/** The OpenAPI document, as far as it is told. */
export interface Described {
  readonly info: { readonly description: string };
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } };
  readonly components: { readonly schemas: { readonly [name: string]: JsonSchema } };
}

const HEAD = `# API

<!-- Made from the OpenAPI document by \`deno task docs:api\`; a test fails when it is stale. -->
`;

/**
 * The whole document.
 * @param told the examples in their order
 * @param names secrets among them are not shown
 */
export function manualOf(
  { info, paths, components: { schemas } }: Described,
  told: ReadonlyArray<Told>,
  names: { readonly [name: string]: string },
): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      call: `${method.toUpperCase()} ${path}`,
      operation,
    }))
  );
  const tags = [...new Set(operations.map(({ operation }) => operation.tags[0]!))];
  const calm = calmed(names);
  return [
    HEAD,
    `${info.description} Lists come in pages: \`limit\` entries, and \`nextCursor\` for the next page.`,
    "Refusals are `application/problem+json` (RFC 9457): their shape is [Problem](#shape-problem). A request that is",
    "refused has changed nothing. A running app tells the same at `/api/docs`, and for machines at",
    "`/api/openapi.json`. The examples are run against the app, one after the other, whenever this page is made",
    "and whenever it is tested.",
    "",
    ...tags.flatMap((tag) => [
      `## ${tag}`,
      "",
      ...operations.filter(({ operation }) => operation.tags[0] === tag).flatMap(routeLines),
      ...told.filter(({ example }) => example.tag === tag)
        .flatMap((one) => exampleLines(one, calm)),
    ]),
    "## Shapes",
    "",
    ...Object.entries(schemas).flatMap(([name, schema]) => [
      `### Shape: ${name}`,
      "",
      "```ts",
      shapeOf(schema),
      "```",
      "",
    ]),
  ].join("\n").trimEnd() + "\n";
}

interface Called {
  readonly call: string;
  readonly operation: Operation;
}

function routeLines({ call, operation }: Called): ReadonlyArray<string> {
  const { summary, parameters = [], requestBody, responses } = operation;
  const asked = parameters.filter((one) => one.in === "query");
  return [
    `### ${call}`,
    "",
    `${summary}. ${needsOf(call)}`,
    "",
    ...asked.map(({ name, description }) =>
      `- \`${name}\`${description ? `: ${description.replace(/^Required$/, "required")}` : ""}`
    ),
    ...(requestBody === undefined ? [] : [`- body: ${contentOf(requestBody.content)}`]),
    `- answers: ${Object.entries(responses).map(answerOf).join("; ")}`,
    "",
  ];
}

/** Refusals are told by their number; what is good by its shape. */
function answerOf(
  [status, { description, content }]: readonly [string, Operation["responses"][string]],
): string {
  if (Number(status) >= 400) return `${status}`;
  return `**${status}** ${content ? contentOf(content) : description}`;
}

function contentOf(content: Content): string {
  const [type, { schema }] = Object.entries(content)[0]!;
  const name = schema.$ref?.split("/").at(-1);
  if (name !== undefined) return `[${name}](#shape-${name.toLowerCase()})`;
  return type === "application/json" ? `\`${shapeOf(schema)}\`` : `\`${type}\``;
}

/** By the table of routes that the tests of permissions go by. */
function needsOf(call: string): string {
  const route = ROUTES.find((one) => documented(one) === call);
  if (route === undefined) throw new Error(`${call} is not in the table of routes`);
  const { needs } = route;
  if (needs === "anyone") return "Open to anyone.";
  if (needs === undefined) return "Needs a sign-in.";
  if (needs === "admin") return "Needs a system administrator.";
  if (typeof needs === "object" && "anyOf" in needs) {
    return `Needs ${needs.anyOf.join(" or ")} in some organization.`;
  }
  return `Needs ${neededBy(route).join(" and ")}.`;
}

const documented = (route: Route): string =>
  patternOf(route).replace(/\{.*\|.*\}/, "").replaceAll(/:(\w+)/g, "{$1}");
