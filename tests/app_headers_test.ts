/** What every answer tells a browser about how far to trust it. */
import assert from "node:assert/strict";
import { withSite } from "./app_client.ts";
import { aMember, aPlanner, mirrored } from "./builders.ts";
import { withDatabase } from "./database.ts";
import { isPage, NOBODY, pathIn, type Place, ROUTES } from "./routes.ts";

const place = (organizationId: string): Place => ({
  organizationId,
  code: "HEADERS",
  userId: NOBODY,
  jobId: NOBODY,
  conflictId: NOBODY,
});

const directivesOf = (headers: Headers): ReadonlyMap<string, string> =>
  new Map(
    headers.get("content-security-policy")!.split(";").map((directive) => {
      const [name, ...sources] = directive.trim().split(" ");
      return [name!, sources.join(" ")];
    }),
  );

Deno.test("every page runs its own scripts and no others, in no frame, and asks for nothing", () =>
  withDatabase((db) =>
    withSite(db, async (app) => {
      const { organizationId } = await aPlanner(db, { code: "HEADERS" });
      await mirrored(db, organizationId, { A: {} });
      const { userId } = await aMember(db, organizationId);
      const member = await app.as(userId);
      const pages = ROUTES.filter(isPage);
      assert.ok(pages.length >= 8);
      const nonces = new Set<string>();
      for (const page of pages) {
        const caller = page.call === "GET /login" ? app.caller() : member;
        for (let nth = 0; nth < 2; nth++) {
          const { status, headers, body } = await caller.get(pathIn(page, place(organizationId)));
          assert.equal(status, 200, page.call);
          const policy = directivesOf(headers);
          const nonce = /^'self' 'nonce-([\w+/=-]{16,})'$/.exec(policy.get("script-src")!)?.[1];
          assert.ok(nonce, `${page.call}: ${policy.get("script-src")}`);
          nonces.add(nonce);
          for (const [tag] of body.matchAll(/<script\b[^>]*>/g)) {
            assert.ok(tag.includes(`nonce="${nonce}"`) || tag.includes("application/json"), tag);
          }
          assert.doesNotMatch(body, /<[^>]+\son\w+=|<[^>]+\sstyle=|javascript:/i, page.call);
          assert.match(policy.get("style-src")!, /^'self' 'nonce-[\w+/=-]+'$/);
          assert.equal(policy.get("default-src"), "'self'");
          assert.equal(policy.get("frame-ancestors"), "'none'");
          assert.equal(policy.get("base-uri"), "'none'");
          assert.equal(policy.get("object-src"), "'none'");
          assert.equal(policy.get("form-action"), "'self'");
          assert.doesNotMatch(headers.get("content-security-policy")!, /unsafe|https?:|\*/);
          assert.match(headers.get("permissions-policy")!, /camera=\(\).*geolocation=\(\)/);
          assert.equal(headers.get("cross-origin-opener-policy"), "same-origin");
          assert.equal(headers.get("cross-origin-resource-policy"), "same-origin");
          assert.equal(headers.get("referrer-policy"), "same-origin");
          assert.equal(headers.get("x-frame-options"), "DENY");
        }
      }
      assert.equal(nonces.size, pages.length * 2, "a nonce is used once");
    })
  ));

Deno.test("no answer is sniffed or left without TLS, and none of the API is cached or framed", () =>
  withDatabase((db) =>
    withSite(db, async (app) => {
      const { organizationId, userId } = await aPlanner(db, { code: "HEADERS" });
      for (const caller of [app.caller(), await app.as(userId)]) {
        for (const route of ROUTES) {
          const [method, path] = [route.call.split(" ")[0]!, pathIn(route, place(organizationId))];
          const { headers } = await caller.send(method, path);
          assert.equal(headers.get("x-content-type-options"), "nosniff", route.call);
          assert.match(headers.get("strict-transport-security")!, /^max-age=\d{8}/, route.call);
          assert.equal(headers.get("access-control-allow-origin"), null, route.call);
          assert.equal(headers.get("server"), null);
          assert.equal(headers.get("x-powered-by"), null);
          if (!path.startsWith("/api/")) continue;
          assert.equal(headers.get("cache-control"), "no-store", route.call);
          const policy = headers.get("content-security-policy")!;
          assert.match(policy, /default-src 'none'/, route.call);
          assert.match(policy, /frame-ancestors 'none'/, route.call);
        }
      }
    })
  ));
