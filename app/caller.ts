/** Where a request comes from: the client's address, and the origin it reached us under. */
import type { Context } from "hono";
import { getConnInfo } from "hono/deno";
import type { AppEnv } from "./env.ts";

/** The client's address; behind a trusted proxy the one that proxy saw, which is the last it appended. */
export function addressOf(c: Context<AppEnv>, trustProxy: boolean): string {
  const forwarded = trustProxy ? c.req.header("x-forwarded-for")?.split(",").at(-1)?.trim() : "";
  if (forwarded) return forwarded.slice(0, 100);
  // A request handed to the app without a server has no connection.
  const connection: object = c.env ?? {};
  return "remoteAddr" in connection ? getConnInfo(c).remote.address ?? "unknown" : "unknown";
}

/** Scheme, host and port of our own pages as the browser names them. */
export function originOf(c: Context<AppEnv>, trustProxy: boolean): string {
  const url = new URL(c.req.url);
  const scheme = trustProxy ? c.req.header("x-forwarded-proto")?.split(",")[0]?.trim() : "";
  return `${scheme || url.protocol.slice(0, -1)}://${c.req.header("host") ?? url.host}`;
}

/** Whether a browser sent this from one of our own pages. Programs send no Origin, and need none. */
export function isSameOrigin(c: Context<AppEnv>, trustProxy: boolean): boolean {
  const origin = c.req.header("origin");
  if (origin !== undefined) return origin === originOf(c, trustProxy);
  const site = c.req.header("sec-fetch-site");
  return site === undefined || site === "same-origin" || site === "none";
}
