/** Every page and the files it loads; each route answers a whole document, or leads to the login. */
import { type Context, Hono } from "hono";
import { getCookie } from "hono/cookie";
import { NONCE, secureHeaders } from "hono/secure-headers";
import type { ComponentChildren } from "preact";
import type { Permission } from "../../domain/permissions.ts";
import { query } from "../../islands/api.ts";
import type { ConflictPage } from "../../islands/conflicts/conflict.ts";
import { conflictFilter, conflictQuery } from "../../islands/conflicts/filter.ts";
import { needsQueries } from "../../islands/deck/needs.tsx";
import type { Job, JobPage } from "../../islands/details/job.ts";
import { jobFilter, jobQuery } from "../../islands/history/filter.ts";
import { MOST_LETTERS } from "../../islands/letters/letters.tsx";
import type { Loaded } from "../../islands/listing.ts";
import { chosenOf, metricsQuery } from "../../islands/metrics/ranges.ts";
import type { RecordPage } from "../../islands/record.ts";
import { isTheme, type Theme, themeCookie } from "../../islands/theme.ts";
import type { Assets } from "../assets.ts";
import type { AppEnv, Membership, Session } from "../env.ts";
import type { Metrics as MetricsSeries } from "../series.ts";
import { Conflicts } from "./conflicts.tsx";
import { Deck, type DeckData } from "./deck.tsx";
import { documentOf, type PageHead } from "./document.tsx";
import { Frame } from "./frame.tsx";
import { Grid } from "./grid.tsx";
import { History } from "./history.tsx";
import { Letters } from "./letters.tsx";
import { Metrics } from "./metrics.tsx";
import { Login, type LoginProps } from "./login.tsx";
import { Notice } from "./notice.tsx";
import { firstRecords } from "./first_records.ts";
import { sitePath } from "./path.ts";
import { Timeline } from "./timeline.tsx";

export interface PagesOptions {
  readonly assets: Assets;
  /** What CommandDeck shows of an organization the session may read. */
  readonly deck: (session: Session, organizationId: string) => Promise<DeckData>;
  /** The API's answer to who asks for the page. */
  readonly ask: (c: Context<AppEnv>, path: string) => Promise<Response>;
  /** Sets the session cookie on `c`; returns a message for the user when it cannot. */
  readonly signIn: (c: Context<AppEnv>, credentials: Credentials) => Promise<string | undefined>;
  /** Ends the session and clears its cookie. */
  readonly signOut: (c: Context<AppEnv>) => Promise<void>;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

type View = { readonly head: Omit<PageHead, "theme" | "nonce">; readonly body: ComponentChildren };

/** Attached to each page alone: the API next door sets its own headers. */
const secured = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'self'"],
    scriptSrc: ["'self'", NONCE],
    styleSrc: ["'self'", NONCE],
    imgSrc: ["'self'", "data:"],
    connectSrc: ["'self'"],
    frameAncestors: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    objectSrc: ["'none'"],
  },
  xFrameOptions: "DENY",
  // With no-referrer a browser tells "null" as the origin of a form, and the sign-in could not be told from another site's.
  referrerPolicy: "same-origin",
});

const themeOf = (c: Context<AppEnv>): Theme => {
  const theme = getCookie(c, "theme");
  return isTheme(theme) ? theme : "system";
};

export function pages({ assets, deck, ask, signIn, signOut }: PagesOptions): Hono<AppEnv> {
  const show = (c: Context<AppEnv>, { head, body }: View, status: 200 | 401 | 403 = 200) => {
    const nonce = c.get("secureHeadersNonce");
    c.header("cache-control", "private, no-cache");
    return c.html(documentOf(assets, { ...head, theme: themeOf(c), nonce }, body), status);
  };
  const login = (c: Context<AppEnv>, props: LoginProps) => {
    const title = props.error ? "Error: Sign in" : "Sign in";
    return show(
      c,
      { head: { title, islands: [] }, body: <Login {...props} /> },
      props.error ? 401 : 200,
    );
  };
  /** A page of an organization: the session's first, or the one `?org=` names. */
  const framed = async (
    c: Context<AppEnv>,
    view: (session: Session, organization: Membership) => View | Promise<View>,
    permission: Permission = "Read",
  ) => {
    const session = c.get("session");
    const { pathname, search } = new URL(c.req.url);
    if (!session) return c.redirect(`/login?next=${encodeURIComponent(pathname + search)}`, 303);
    const code = c.req.query("org");
    const organization = session.organizations.find((one) => !code || one.code === code);
    const missing = !organization || !organization.permissions.includes(permission);
    const { head, body } = missing
      ? {
        head: { title: "No access", islands: [] },
        body: <Notice {...{ code, organization, permission }} />,
      }
      : await view(session, organization);
    const frame = { session, organization, path: pathname, theme: themeOf(c) };
    return show(c, {
      head: { ...head, islands: ["shell", "bell", ...head.islands] },
      body: <Frame {...frame}>{body}</Frame>,
    }, missing ? 403 : 200);
  };

  /** What the API answers to the page's own query; a filter it does not know is told on the page. */
  const read = async <Answer,>(
    c: Context<AppEnv>,
    path: string,
    parameters: { readonly [name: string]: string | undefined },
  ): Promise<Loaded<Answer>> => {
    const response = await ask(c, `${path}?${query(parameters)}`);
    const answer = await response.json();
    return response.ok
      ? { page: answer }
      : { problem: answer.errors?.[0]?.message ?? answer.detail };
  };

  return new Hono<AppEnv>()
    .get("/assets/*", (c) => {
      return assets.fetch(c.req.path, c.req.header("accept-encoding")) ?? c.notFound();
    })
    .get("/login", secured, (c) => {
      const next = sitePath(c.req.query("next"));
      return c.get("session") ? c.redirect(next, 303) : login(c, { next });
    })
    .post("/login", secured, async (c) => {
      const form = await c.req.parseBody();
      const text = (name: string) => typeof form[name] === "string" ? form[name] : "";
      const [username, next] = [text("username").trim(), sitePath(text("next"))];
      const error = await signIn(c, { username, password: text("password") });
      return error === undefined ? c.redirect(next, 303) : login(c, { next, username, error });
    })
    .post("/logout", async (c) => {
      await signOut(c);
      return c.redirect("/login", 303);
    })
    .post("/theme", async (c) => {
      const { theme, next } = await c.req.parseBody();
      if (typeof theme === "string" && isTheme(theme)) c.header("set-cookie", themeCookie(theme));
      return c.redirect(sitePath(next), 303);
    })
    .get("/", secured, (c) =>
      framed(c, async (session, organization) => {
        const asked = needsQueries(organization.id);
        const [figures, conflicts, failed] = await Promise.all([
          deck(session, organization.id),
          read<ConflictPage>(c, "/api/pems/conflicts", asked.conflicts),
          read<RecordPage>(c, "/api/pfa-data", asked.failed),
        ]);
        const needs = {
          conflicts: conflicts.page?.conflicts ?? [],
          failed: failed.page?.records ?? [],
        };
        return {
          head: { title: "CommandDeck", islands: ["deck"] },
          body: <Deck organization={organization} deck={figures} needs={needs} />,
        };
      }))
    .get("/grid", secured, (c) =>
      framed(c, (_session, organization) => ({
        head: { title: "GridLab", islands: ["grid"], early: firstRecords(organization.id) },
        body: <Grid organization={organization} search={c.req.query()} />,
      })))
    .get("/timeline", secured, (c) =>
      framed(c, (_session, organization) => ({
        head: {
          title: "Timeline",
          islands: ["timeline"],
          early: firstRecords(organization.id),
        },
        body: <Timeline organization={organization} search={c.req.query()} />,
      })))
    .get("/conflicts", secured, (c) =>
      framed(c, async (_session, organization) => {
        const filter = conflictFilter(c.req.query());
        const asked = conflictQuery(organization.id, filter);
        return {
          head: { title: "Conflicts", islands: ["conflicts"] },
          body: (
            <Conflicts
              {...{ organization, filter }}
              loaded={await read(c, "/api/pems/conflicts", asked)}
            />
          ),
        };
      }))
    .get("/history", secured, (c) =>
      framed(c, async (_session, organization) => {
        const { job } = c.req.query();
        const head = { title: job ? "Job" : "Sync History", islands: ["history"] };
        if (job) {
          const path = `/api/pems/sync-jobs/${encodeURIComponent(job)}`;
          const loaded = await read<Job>(c, path, { limit: "100" });
          return { head, body: <History {...{ organization, job, loaded }} /> };
        }
        const filter = jobFilter(c.req.query());
        const asked = jobQuery(organization.id, filter);
        const loaded = await read<JobPage>(c, "/api/pems/sync-jobs", asked);
        return { head, body: <History {...{ organization, filter, loaded }} /> };
      }))
    .get("/metrics-dashboard", secured, (c) =>
      framed(c, async (_session, organization) => {
        const chosen = chosenOf(c.req.query());
        const asked = metricsQuery(organization.id, chosen, Date.now() / 1000);
        return {
          head: { title: "Metrics", islands: ["metrics"] },
          body: (
            <Metrics
              {...{ organization, chosen }}
              loaded={await read<MetricsSeries>(c, "/api/pems/metrics", asked)}
            />
          ),
        };
      }))
    .get("/dead-letters", secured, (c) =>
      framed(c, async (_session, organization) => {
        const asked = { organizationId: organization.id, limit: MOST_LETTERS };
        return {
          head: { title: "Dead letters", islands: ["letters"] },
          body: (
            <Letters
              organization={organization}
              loaded={await read(c, "/api/pems/dead-letters", asked)}
            />
          ),
        };
      }, "ManageSettings"));
}
