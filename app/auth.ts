/** Routes of signing in and out, and of who one is. */
import { Hono } from "hono";
import { Credentials, Me, SignedOut } from "./account_shapes.ts";
import type { AppEnv } from "./env.ts";
import { sessionOf, signedIn } from "./guard.ts";
import { body, told } from "./shape.ts";
import type { SignIn } from "./signin.ts";

export const auth = ({ signIn, signOut }: SignIn) =>
  new Hono<AppEnv>()
    .post(
      "/login",
      told("Sign-in", "Sign in with username or e-mail; sets the session cookie", { 200: Me }, [
        "invalid",
        "unauthenticated",
        "foreign_origin",
        "too_many",
      ]),
      body(Credentials),
      async (c) => {
        await signIn(c, c.req.valid("json"));
        return c.json(sessionOf(c));
      },
    )
    .post("/logout", told("Sign-in", "End the session", { 200: SignedOut }), async (c) => {
      await signOut(c);
      return c.json({ success: true as const });
    })
    .get(
      "/me",
      told("Sign-in", "Who is signed in, and what they may do where", { 200: Me }, [
        "unauthenticated",
      ]),
      signedIn,
      (c) => c.json(sessionOf(c)),
    );
