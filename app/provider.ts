/** The OpenID provider: where it sends people, and whom it says they are; nothing unproven gets past here. */
import * as oidc from "openid-client";
import { isLoopback } from "../domain/config.ts";
import type { SingleSignOn } from "../domain/single_sign_on.ts";
import { openDefaultKey, type Vault } from "../pems/credentials.ts";

/** What a browser keeps, sealed, between leaving for the provider and coming back. */
export interface Trip {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export interface Claims {
  readonly [claim: string]: unknown;
  readonly sub: string;
}

/** Declined: by the provider or the person. Unproven: a code or a token that does not hold. */
export type Doubt = "declined" | "unproven" | "unreachable";

export class Unproved extends Error {
  constructor(
    readonly doubt: Doubt,
    /** A code of the protocol: no word of the answer, which may hold a token. */
    readonly protocolCode: string,
  ) {
    super(`${doubt}: ${protocolCode}`);
  }
}

const TIMEOUT_SECONDS = 10;

export interface Provider {
  /** Throws Unproved when the provider cannot be reached. */
  leave(): Promise<{ readonly url: URL; readonly trip: Trip }>;
  /**
   * @param query what the provider sent the person back with
   * @throws Unproved unless the code gives an id token for us: signed, for this trip, in its time
   */
  comeBack(query: URLSearchParams, trip: Trip): Promise<Claims>;
}

export function makeProvider(
  { issuer, clientId, clientSecret, redirectUrl }: SingleSignOn,
  vault: Vault,
): Provider {
  let known: Promise<oidc.Configuration> | undefined;
  async function discover(): Promise<oidc.Configuration> {
    const url = new URL(issuer);
    const secret = await openDefaultKey(vault, clientSecret);
    return await oidc.discovery(url, clientId, secret!, undefined, {
      timeout: TIMEOUT_SECONDS,
      execute: [
        // TLS to the provider would do by the letter; the signature holds whatever stands in between.
        oidc.enableNonRepudiationChecks,
        ...(url.protocol === "http:" && isLoopback(url) ? [oidc.allowInsecureRequests] : []),
      ],
    });
  }
  const present = () =>
    known ??= discover().catch((cause) => {
      known = undefined;
      throw cause;
    });

  return {
    leave: () =>
      proved(async () => {
        const configuration = await present();
        const trip = {
          state: oidc.randomState(),
          nonce: oidc.randomNonce(),
          verifier: oidc.randomPKCECodeVerifier(),
        };
        const url = oidc.buildAuthorizationUrl(configuration, {
          redirect_uri: redirectUrl,
          scope: "openid profile email",
          state: trip.state,
          nonce: trip.nonce,
          code_challenge: await oidc.calculatePKCECodeChallenge(trip.verifier),
          code_challenge_method: "S256",
        });
        return { url, trip };
      }),
    comeBack: (query, { state, nonce, verifier }) =>
      proved(async () => {
        const back = new URL(redirectUrl);
        back.search = query.toString();
        const tokens = await oidc.authorizationCodeGrant(await present(), back, {
          pkceCodeVerifier: verifier,
          expectedState: state,
          expectedNonce: nonce,
          idTokenExpected: true,
        });
        return tokens.claims()!;
      }),
  };
}

async function proved<A>(work: () => Promise<A>): Promise<A> {
  try {
    return await work();
  } catch (cause) {
    throw doubted(cause);
  }
}

function doubted(cause: unknown): Unproved {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "no answer";
  if (cause instanceof oidc.AuthorizationResponseError) {
    return new Unproved("declined", plain(cause.error));
  }
  if (cause instanceof oidc.ResponseBodyError) return new Unproved("unproven", plain(cause.error));
  const away = cause instanceof TypeError ||
    ["OAUTH_TIMEOUT", "OAUTH_RESPONSE_IS_NOT_CONFORM", "OAUTH_RESPONSE_IS_NOT_JSON"].includes(code);
  return new Unproved(away ? "unreachable" : "unproven", code);
}

/** An error code of the protocol; whatever else stands in its place is not repeated. */
const plain = (error: string) => /^[a-z_]{1,40}$/.test(error) ? error : "another error";
