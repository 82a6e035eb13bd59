/** One signed POST to the webhook, and whether it was taken. */
import { Clock, Effect, Schema } from "effect";
import { refusalOf } from "../pems/address.ts";

/** One try, from the first byte to the answer. */
export const TRY_MS = 10_000;

/** Why the webhook did not take it. Never with the URL, which may hold a secret. */
class NotTaken extends Schema.TaggedError<NotTaken>()("NotTaken", { message: Schema.String }) {}

export interface Posting {
  readonly url: string;
  /** JSON. */
  readonly text: string;
  readonly key: Uint8Array<ArrayBuffer>;
}

/** Posts it. Redirects are not followed: they would lead to an address that nobody has checked. */
export const post = Effect.fnUntraced(function* ({ url, text, key }: Posting) {
  const refused = yield* Effect.promise(() => refusalOf(url));
  if (refused !== undefined) {
    return yield* new NotTaken({ message: `Cannot use ALERT_WEBHOOK_URL: ${refused}` });
  }
  const seconds = Math.floor((yield* Clock.currentTimeMillis) / 1000);
  const signature = yield* Effect.promise(() => sign(key, `${seconds}.${text}`));
  const status = yield* Effect.tryPromise({
    try: async (signal) => {
      const response = await fetch(url, {
        method: "POST",
        body: text,
        redirect: "manual",
        signal,
        headers: {
          "content-type": "application/json",
          "x-vanguard-signature": `t=${seconds},v1=${signature}`,
        },
      });
      await response.body?.cancel();
      return response.status;
    },
    catch: (cause) => new NotTaken({ message: `The connection failed${phaseOf(cause)}` }),
  }).pipe(
    Effect.timeoutOrElse({
      duration: TRY_MS,
      orElse: () => Effect.fail(new NotTaken({ message: `No answer within ${TRY_MS / 1000} s` })),
    }),
  );
  if (status >= 200 && status < 300) return;
  const why = status >= 300 && status < 400 ? ", and redirects are not followed" : "";
  return yield* new NotTaken({ message: `The webhook answered ${status}${why}` });
});

/** HMAC-SHA-256 in hex. */
async function sign(key: Uint8Array<ArrayBuffer>, text: string): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const hmac = await crypto.subtle.importKey("raw", key, algorithm, false, ["sign"]);
  const bytes = await crypto.subtle.sign("HMAC", hmac, new TextEncoder().encode(text));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What Deno says of a lost connection begins with the URL; the reason comes last. */
function phaseOf(cause: unknown): string {
  const told = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : "";
  const phase = /client error \(\w+\): (.*)$/s.exec(told)?.[1];
  return phase === undefined ? "" : `: ${phase}`;
}
