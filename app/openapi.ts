/** The API's own description: an OpenAPI document made from the routes, and a page for people. */
import { Hono } from "hono";
import { openAPIRouteHandler } from "hono-openapi";
import type { AppEnv } from "./env.ts";
import { DOCS_POLICY, docsPage } from "./docs_page.ts";

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
  return new Hono<AppEnv>()
    .get("/openapi.json", document)
    .get("/docs", async (c, next) => {
      const answer = await document(c, next) as Response;
      c.header("content-security-policy", DOCS_POLICY);
      return c.html(docsPage(await answer.json()));
    });
};
