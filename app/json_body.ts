/** The body of a request as a JSON object: read once, of bounded depth. */
import type { Context } from "hono";
import type { AppEnv } from "./env.ts";
import { Problem } from "./problem.ts";

export type Json = { readonly [name: string]: unknown };

/** No shape of ours is half as deep; what reads one by recursion stays far from the end of its stack. */
const DEEPEST = 32;

/** Guard and validation read the same body: it is parsed once. */
const bodies = new WeakMap<Request, Promise<Json>>();

/** The body as a JSON object. Throws 415 for another content type, 400 for anything else. */
export function readJson(c: Context<AppEnv>): Promise<Json> {
  const read = bodies.get(c.req.raw) ?? parseJson(c);
  bodies.set(c.req.raw, read);
  return read;
}

async function parseJson(c: Context<AppEnv>): Promise<Json> {
  if (!/^application\/([a-z.+-]+\+)?json\b/i.test(c.req.header("content-type") ?? "")) {
    throw new Problem("media_type", "Send the body as application/json");
  }
  const text = await c.req.text();
  if (isDeeper(text, DEEPEST)) {
    throw new Problem("malformed", `The body is nested more than ${DEEPEST} deep`);
  }
  const body = parsed(text);
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as Json;
  throw new Problem("malformed", "The body must be a JSON object");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem("malformed", "The body is not JSON");
  }
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** Whether brackets outside of texts are nested deeper; looked at before a parser builds them. */
function isDeeper(text: string, most: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === BACKSLASH) at++;
      else if (code === QUOTE) quoted = false;
    } else if (code === QUOTE) quoted = true;
    else if (OPENING.has(code)) depth++;
    else if (CLOSING.has(code)) depth--;
    if (depth > most) return true;
  }
  return false;
}
