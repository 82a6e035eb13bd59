/** A bench for the pages as HTTP answers: the site over an API where nothing has happened yet, and who looks at it. */
import { Hono } from "hono";
import type { AppEnv, Session } from "../app/env.ts";
import type { DeckData } from "../app/pages/deck.tsx";
import { pages } from "../app/pages/pages.tsx";
import { PERMISSIONS } from "../domain/permissions.ts";
import { ASSETS as assets } from "./app_client.ts";

const deck: DeckData = {
  records: 2,
  costs: null,
  byCategory: [],
  review: { total: 0, seconds: null, groups: [] },
  choices: { class: [], area: [] },
  status: {
    totalQueued: 0,
    processing: 0,
    completed: 0,
    failed: 0,
    conflicts: 0,
    deadLetters: 0,
    waiting: 0,
    avgSyncTime: null,
    lastSyncAt: null,
    nextSyncAt: null,
    health: "healthy",
    reasons: [],
  },
};

/** A planner of two organizations, with these permissions in both. */
export const ana = (
  permissions: Session["organizations"][number]["permissions"] = PERMISSIONS,
): Session => ({
  user: { id: "u", username: "ana", displayName: "Ana Souza", email: null, isAdmin: false },
  organizations: [
    { id: "o1", code: "RIO", name: "Rio", permissions },
    { id: "o2", code: "PAX", name: "Port Arthur", permissions },
  ],
});

/** An API where nothing has happened yet. */
const api = (_c: unknown, path: string) =>
  path.includes("nonsense")
    ? Response.json({ errors: [{ path: "status", message: "Expected one of" }] }, { status: 400 })
    : Response.json({
      conflicts: [],
      jobs: [],
      deadLetters: [],
      groups: [],
      replays: [],
      organizations: [],
      users: [],
      sessions: [],
      tokens: [],
      id: "o1",
      code: "RIO",
      name: "Rio",
      pems: {
        baseUrl: "https://pems.example.org",
        rateLimit: 10,
        keyFingerprint: "0123456789abcdef",
        keySetAt: "2026-01-01T00:00:00.000Z",
        keySetBy: "Olga",
      },
      connection: {
        baseUrl: "https://pems.example.org",
        rateLimit: 10,
        circuit: "closed",
        since: "2026-01-01T00:00:00.000Z",
      },
      conflictPolicy: { model: "use_pems" },
      pause: {
        by: "administrator",
        reason: "<b>",
        since: "2026-01-01T00:00:00.000Z",
        userName: "Olga",
      },
      version: 3,
      records: [],
      entries: [],
      people: [{ id: "u", name: "Ana Souza" }],
      sealedThrough: null,
      walk: null,
      verdict: null,
      total: 0,
      nextCursor: null,
    });

/** A system administrator who belongs nowhere: the product has just been started. */
export const root: Session = {
  user: { id: "r", username: "root", displayName: "Root", email: null, isAdmin: true },
  organizations: [],
};

/** The site as this session sees it. */
export const site = (session?: Session) =>
  new Hono<AppEnv>()
    .use(async (c, next) => {
      c.set("session", session);
      await next();
    })
    .route(
      "/",
      pages({
        assets,
        deck: () => Promise.resolve(deck),
        ask: (c, path) => Promise.resolve(api(c, path)),
        signIn: (_c, { password }) =>
          Promise.resolve(password === "right" ? undefined : "Wrong <b>"),
        signOut: () => Promise.resolve(),
        endView: () => Promise.resolve(),
        provider: undefined,
      }),
    );

/** A form that is sent. */
export const post = (fields: Record<string, string>) => ({
  method: "POST",
  body: new URLSearchParams(fields),
});
