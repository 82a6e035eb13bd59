/** Every page and the files it loads; each route answers a whole document, or leads to the login. */
import { type Context, Hono } from "hono";
import { isTheme, themeCookie } from "../../islands/theme.ts";
import type { Assets } from "../assets.ts";
import type { AppEnv } from "../env.ts";
import { ssoWords } from "../sso_words.ts";
import { accessPages } from "./access_pages.tsx";
import { adminPages } from "./admin_pages.tsx";
import { type Ask, makeFraming, secured } from "./framing.tsx";
import { Login, type LoginProps } from "./login.tsx";
import { sitePath } from "./path.ts";
import { type DeckOf, plannerPages } from "./planner_pages.tsx";

export interface PagesOptions {
  /** What the OpenID provider is called; undefined: there is none. */
  readonly provider: string | undefined;
  readonly assets: Assets;
  readonly deck: DeckOf;
  readonly ask: Ask;
  /** Sets the session cookie on `c`; returns a message for the user when it cannot. */
  readonly signIn: (c: Context<AppEnv>, credentials: Credentials) => Promise<string | undefined>;
  /** Ends the session and clears its cookie. */
  readonly signOut: (c: Context<AppEnv>) => Promise<void>;
  /** Has the session look as its own user again. */
  readonly endView: (c: Context<AppEnv>) => Promise<void>;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export function pages(
  { assets, deck, ask, signIn, signOut, endView, provider }: PagesOptions,
): Hono<AppEnv> {
  const framing = makeFraming(assets, ask);
  const login = (c: Context<AppEnv>, props: Omit<LoginProps, "provider">) => {
    const title = props.error ? "Error: Sign in" : "Sign in";
    return framing.show(
      c,
      { head: { title, islands: [] }, body: <Login {...props} provider={provider} /> },
      props.error ? 401 : 200,
    );
  };

  return new Hono<AppEnv>()
    .get("/assets/*", (c) => {
      return assets.fetch(c.req.path, c.req.header("accept-encoding")) ?? c.notFound();
    })
    .get("/login", secured, (c) => {
      const next = sitePath(c.req.query("next"));
      if (c.get("session")) return c.redirect(next, 303);
      const error = provider && ssoWords(c.req.query("problem"), provider);
      return login(c, { next, ...(error && { error }) });
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
    .post("/view-as/end", async (c) => {
      const { next } = await c.req.parseBody();
      if (!c.get("session")) return c.redirect("/login", 303);
      await endView(c);
      return c.redirect(sitePath(next), 303);
    })
    .post("/theme", async (c) => {
      const { theme, next } = await c.req.parseBody();
      if (typeof theme === "string" && isTheme(theme)) c.header("set-cookie", themeCookie(theme));
      return c.redirect(sitePath(next), 303);
    })
    .route("/", plannerPages(framing, deck))
    .route("/", adminPages(framing))
    .route("/", accessPages(framing));
}
