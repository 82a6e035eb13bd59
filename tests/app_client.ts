/** The app in this process and people who call it: each with a session of its own, made without a password. */
import assert from "node:assert/strict";
import { Schema } from "effect";
import { makeApp } from "../app/app.ts";
import type { Assets } from "../app/assets.ts";
import { type Live, makeLive } from "../app/live.ts";
import { setLogLevel } from "../app/log.ts";
import { drawnWith } from "../app/serve.ts";
import { Meters } from "../app/meters.ts";
import { newSecret } from "../app/session.ts";
import { openSession } from "../db/sessions.ts";
import type { Database } from "../db/sql.ts";
import { type Config, configOf } from "../domain/config.ts";
import { makeVault, type Vault } from "../pems/credentials.ts";

export const ORIGIN = "http://vanguard.test";
export const testVault = (): Promise<Vault> => makeVault([btoa("k".repeat(32))]);

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // deno-lint-ignore no-explicit-any
  readonly body: any;
}

export interface Caller {
  readonly headers: { readonly [name: string]: string };
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown): Promise<Answer>;
  put(path: string, body: unknown): Promise<Answer>;
  patch(path: string, body: unknown): Promise<Answer>;
  delete(path: string): Promise<Answer>;
  /** Any request; `init` wins over what this caller would send. */
  send(method: string, path: string, init?: RequestInit): Promise<Answer>;
}

export interface TestApp {
  readonly config: Config;
  readonly vault: Vault;
  readonly live: Live;
  /** Every route and middleware, as the router names them. */
  readonly routes: ReadonlyArray<{ readonly method: string; readonly path: string }>;
  fetch(request: Request): Response | Promise<Response>;
  /** A caller with a session cookie of the user. */
  as(userId: string): Promise<Caller>;
  /** Somebody who is not signed in, or sends these headers. */
  caller(headers?: { readonly [name: string]: string }): Caller;
}

/** Scripts and styles of which only the names matter. */
export const ASSETS: Assets = {
  url: (entry) => `/assets/${entry}.js`,
  preloads: (entry) => [`/assets/${entry}.js`],
  css: "/assets/style.css",
  fonts: [],
  fetch: () => undefined,
};

type Environment = { readonly [name: string]: string };
type AppWork = (app: TestApp) => Promise<void>;

/** Runs the work with the API on this database. */
export const withApp = (db: Database, work: AppWork, environment: Environment = {}) =>
  runApp({ db, environment }, work);

/** The same with the pages. */
export const withSite = (db: Database, work: AppWork, environment: Environment = {}) =>
  runApp({ db, environment, assets: ASSETS }, work);

interface Wanted {
  readonly db: Database;
  readonly environment: Environment;
  readonly assets?: Assets;
}

async function runApp({ db, environment, assets }: Wanted, work: AppWork): Promise<void> {
  setLogLevel("error");
  const config = configOf({ LOG_LEVEL: "error", ...environment });
  const vault = await testVault();
  const live = makeLive({ db, writeSync: true });
  try {
    await live.ready;
    const pages = assets && drawnWith(assets, { db, config });
    const app = makeApp({ db, config, vault, live, meters: new Meters(), pages });
    const fetch = (request: Request) => app.fetch(request);
    const caller = (headers = {}) => callerOf(fetch, headers);
    await work({
      config,
      vault,
      live,
      routes: app.routes,
      fetch,
      caller,
      as: async (userId) => caller({ cookie: await cookieOf(db, userId) }),
    });
  } finally {
    await live.close();
  }
}

/** The cookie of a new session of the user. */
export async function cookieOf(db: Database, userId: string): Promise<string> {
  const { secret, hash } = newSecret();
  await openSession(db.auth, {
    tokenHash: hash,
    userId,
    ttlHours: 1,
    address: "test",
    userAgent: null,
  });
  return `vanguard_session=${secret}`;
}

function callerOf(
  fetch: TestApp["fetch"],
  headers: { readonly [name: string]: string },
): Caller {
  const send: Caller["send"] = async (method, path, init = {}) => {
    const request = new Request(ORIGIN + path, {
      method,
      ...init,
      headers: { ...headers, ...(init.headers as Record<string, string> | undefined) },
    });
    const response = await fetch(request);
    const text = await response.text();
    const json = response.headers.get("content-type")?.includes("json");
    return {
      status: response.status,
      headers: response.headers,
      body: json ? JSON.parse(text) : text,
    };
  };
  const withBody = (method: string) => (path: string, body: unknown = {}) =>
    send(method, path, {
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    });
  return {
    headers,
    send,
    get: (path) => send("GET", path),
    delete: (path) => send("DELETE", path),
    post: withBody("POST"),
    put: withBody("PUT"),
    patch: withBody("PATCH"),
  };
}

/** The answer is a problem of that status whose words match, in the form of RFC 9457. */
export function assertProblem(answer: Answer, status: number, words: RegExp = /./): void {
  const said = JSON.stringify(answer.body);
  assert.equal(answer.status, status, said);
  assert.equal(answer.headers.get("content-type"), "application/problem+json");
  for (const name of ["type", "title", "detail", "code"]) {
    assert.equal(typeof answer.body[name], "string", said);
  }
  assert.equal(answer.body.status, status);
  assert.match(said, words);
  assert.doesNotMatch(said, /\bat \S+ \(|node_modules|postgres|select |\.ts:/i);
}

/** The answer's body is exactly of the shape that OpenAPI tells. */
export function assertShape(schema: Schema.Codec<unknown, unknown>, body: unknown): void {
  const read = Schema.decodeUnknownResult(schema, { errors: "all", onExcessProperty: "error" })(
    body,
  );
  assert.equal(read._tag, "Success", read._tag === "Failure" ? read.failure.message : "");
}
