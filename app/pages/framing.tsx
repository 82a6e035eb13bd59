/** A signed-in page around its view: the organization asked for, the permission it needs, the document. */
import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import { NONCE, secureHeaders } from "hono/secure-headers";
import type { ComponentChildren } from "preact";
import type { Permission } from "../../domain/permissions.ts";
import { query } from "../../islands/api.ts";
import type { Loaded } from "../../islands/listing.ts";
import { isTheme, type Theme } from "../../islands/theme.ts";
import type { Assets } from "../assets.ts";
import type { AppEnv, Membership, Session } from "../env.ts";
import { documentOf, type PageHead } from "./document.tsx";
import { Frame } from "./frame.tsx";
import { Notice } from "./notice.tsx";

export type View = {
  readonly head: Omit<PageHead, "theme" | "nonce">;
  readonly body: ComponentChildren;
  /** 200 unless said. */
  readonly status?: 200 | 403;
};

/** The API's answer to who asks for the page. */
export type Ask = (c: Context<AppEnv>, path: string) => Promise<Response>;

/** Attached to each page alone: the API next door sets its own headers. */
export const secured = secureHeaders({
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
  permissionsPolicy: {
    accelerometer: [],
    camera: [],
    displayCapture: [],
    geolocation: [],
    gyroscope: [],
    magnetometer: [],
    microphone: [],
    midi: [],
    payment: [],
    usb: [],
  },
});

const themeOf = (c: Context<AppEnv>): Theme => {
  const theme = getCookie(c, "theme");
  return isTheme(theme) ? theme : "system";
};

export type Framing = ReturnType<typeof makeFraming>;

export function makeFraming(assets: Assets, ask: Ask) {
  const show = (c: Context<AppEnv>, { head, body }: View, status: 200 | 401 | 403 = 200) => {
    const nonce = c.get("secureHeadersNonce");
    c.header("cache-control", "private, no-cache");
    return c.html(documentOf(assets, { ...head, theme: themeOf(c), nonce }, body), status);
  };

  /** A page for whoever is signed in; with it their first organization, or the one `?org=` names, if it is theirs. */
  const personal = async (
    c: Context<AppEnv>,
    view: (session: Session, organization: Membership | undefined) => View | Promise<View>,
  ) => {
    const session = c.get("session");
    const { pathname, search } = new URL(c.req.url);
    if (!session) return c.redirect(`/login?next=${encodeURIComponent(pathname + search)}`, 303);
    const code = c.req.query("org");
    const organization = session.organizations.find((one) => !code || one.code === code);
    const { head, body, status } = await view(session, organization);
    const frame = { session, organization, path: pathname, theme: themeOf(c) };
    return show(c, {
      head: { ...head, islands: ["shell", "bell", ...head.islands] },
      body: <Frame {...frame}>{body}</Frame>,
    }, status);
  };

  /** What stands in place of a page that is not for who asks. */
  const refused = (
    c: Context<AppEnv>,
    organization: Membership | undefined,
    permission: string,
  ): View => ({
    head: { title: "No access", islands: [] },
    body: <Notice {...{ code: c.req.query("org"), organization, permission }} />,
    status: 403,
  });

  /** A page of an organization: the session's first, or the one `?org=` names. */
  const framed = (
    c: Context<AppEnv>,
    view: (session: Session, organization: Membership) => View | Promise<View>,
    permission: Permission = "Read",
  ) =>
    personal(
      c,
      (session, organization) =>
        organization?.permissions.includes(permission)
          ? view(session, organization)
          : refused(c, organization, permission),
    );

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

  return { show, personal, framed, refused, read };
}
