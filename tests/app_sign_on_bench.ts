/** A bench for single sign-on: a product that trusts a small OpenID provider, and the ways of a browser between them. */
import assert from "node:assert/strict";
import type { Database } from "../db/sql.ts";
import { type Answer, type TestApp, testVault, withSite } from "./app_client.ts";
import { anOrganization } from "./builders.ts";
import { withDatabase } from "./database.ts";
import { type Claims, CLIENT, type Lie, type OpenId, withOpenId } from "./openid.ts";

export const REDIRECT = "http://127.0.0.1:8000/api/auth/oidc/callback";
export const EVA = { sub: "eva-1", name: "Eva Lima", preferred_username: "eva" };

export interface Bench {
  readonly db: Database;
  readonly app: TestApp;
  readonly openId: OpenId;
  readonly rio: string;
}

const MAP = {
  planners: { organization: "RIO", role: "Viewer" },
  leads: [
    { organization: "RIO", permissions: ["Sync"] },
    { organization: "PORT", role: "Viewer without money" },
    { organization: "NOWHERE", role: "Viewer" },
  ],
};

export const test = (name: string, work: (bench: Bench) => Promise<void>) =>
  Deno.test(name, () =>
    withDatabase((db) =>
      withOpenId(async (openId) => {
        const rio = await anOrganization(db, { code: "RIO" });
        const environment = {
          OIDC_ISSUER: openId.issuer,
          OIDC_CLIENT_ID: CLIENT.id,
          OIDC_CLIENT_SECRET: await (await testVault()).seal("default", CLIENT.secret),
          OIDC_REDIRECT_URL: REDIRECT,
          OIDC_NAME: "Plant login",
          OIDC_GROUP_MAP: JSON.stringify(MAP),
        };
        await withSite(db, (app) => work({ db, app, openId, rio }), environment);
      })
    ));

export const cookiesOf = ({ headers }: Answer) =>
  Object.fromEntries(
    headers.getSetCookie().map((text) => text.split(";")[0]!.split(/=(.*)/s) as [string, string]),
  );
export const locationOf = ({ headers }: Answer) => headers.get("location") ?? "";

/** Leaves for the provider; the cookie that brings one back. */
export async function leave({ app }: Bench, next = "/") {
  const answer = await app.caller().get(`/api/auth/oidc?next=${encodeURIComponent(next)}`);
  assert.equal(answer.status, 303);
  return { url: locationOf(answer), cookie: `vanguard_oidc=${cookiesOf(answer)["vanguard_oidc"]}` };
}

/** Comes back from the provider to that address, with these headers. */
export const comeBack = ({ app }: Bench, back: string, headers: Record<string, string>) =>
  app.caller(headers).get(back.slice(new URL(back).origin.length));

/** The whole way, on which the provider may lie. */
export async function signIn(bench: Bench, claims: Claims, lie?: Lie): Promise<Answer> {
  const { url, cookie } = await leave(bench, "/grid?org=RIO");
  return await comeBack(bench, bench.openId.authorize(url, claims, lie), { cookie });
}

/** The answer's session: who it is. */
export async function meOf({ app }: Bench, answer: Answer) {
  const session = cookiesOf(answer)["vanguard_session"];
  assert.ok(session, locationOf(answer));
  return (await app.caller({ cookie: `vanguard_session=${session}` }).get("/api/auth/me")).body;
}

/** Led back to the login, which says why; without a session. */
export function assertRefused(answer: Answer, problem: string): void {
  assert.equal(locationOf(answer), `/login?problem=${problem}`);
  assert.equal(cookiesOf(answer)["vanguard_session"], undefined);
}
