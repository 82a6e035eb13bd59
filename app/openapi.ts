/** The API's own description: an OpenAPI document made from the routes, and a page for people. */
import { type Context, Hono, type Next } from "hono";
import { openAPIRouteHandler } from "hono-openapi";
import type { AppEnv } from "./env.ts";
import { DOCS_POLICY, docsPage, type Document as Told } from "./docs_page.ts";
import { type ProblemCode, PROBLEMS } from "./problem.ts";

const documentation = {
  openapi: "3.1.0",
  info: {
    title: "PFA Vanguard Sync",
    version: "1",
    description:
      "Plan, forecast and actual records in step with PEMS. Times are ISO 8601 in UTC; " +
      "dates are civil and travel as YYYY-MM-DDT00:00:00Z; money is a JSON number with at most 2 decimals.",
  },
  components: {
    securitySchemes: {
      token: { type: "http" as const, scheme: "bearer" },
      cookie: { type: "apiKey" as const, in: "cookie" as const, name: "vanguard_session" },
    },
  },
  security: [{ token: [] }, { cookie: [] }],
};

/** Describes the routes of `app` that say what they answer. */
export const openapi = (app: Hono<AppEnv>) => {
  // export.csv is a route, not a file.
  const document = openAPIRouteHandler(app, { documentation, excludeStaticFile: false });
  const whole = async (c: Context<AppEnv>, next: Next) =>
    completed(await (await document(c, next) as Response).json() as Document & Told);
  return new Hono<AppEnv>()
    .get("/openapi.json", async (c, next) => c.json(await whole(c, next)))
    .get("/docs", async (c, next) => {
      c.header("content-security-policy", DOCS_POLICY);
      return c.html(docsPage(await whole(c, next)));
    });
};

interface Described {
  readonly requestBody?: object;
  readonly responses: { readonly [status: string]: object };
}
interface Document {
  readonly paths: { readonly [path: string]: { readonly [method: string]: Described } };
}

/** The document with what is refused before a route of its kind is reached. */
const completed = <Whole extends Document>(document: Whole): Whole => ({
  ...document,
  paths: mapped(document.paths, (path, methods) =>
    mapped(methods, (method, operation) => ({
      ...operation,
      responses: {
        ...Object.fromEntries(
          before(method.toUpperCase(), path, operation).map((code) => [PROBLEMS[code][0], {
            description: PROBLEMS[code][1],
            content: {
              "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
            },
          }]),
        ),
        ...operation.responses,
      },
    }))),
});

const before = (
  method: string,
  path: string,
  { requestBody }: Described,
): ReadonlyArray<ProblemCode> => [
  ...(path === "/healthz" ? [] : ["not_ready"] as const),
  ...(method === "GET" ? [] : ["foreign_origin"] as const),
  ...(requestBody === undefined ? [] : ["too_large", "media_type"] as const),
  ...(method === "POST" && path.startsWith("/api/pems/") ? ["too_many"] as const : []),
];

const mapped = <Value>(
  values: { readonly [name: string]: Value },
  map: (name: string, value: Value) => Value,
): { readonly [name: string]: Value } =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(name, value)]));
