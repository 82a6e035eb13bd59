/** A small OpenID provider on loopback: it checks codes, PKCE and its client, signs id tokens, and lies when told to. */
import { Buffer } from "node:buffer";
import {
  createHash,
  createSign,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
} from "node:crypto";

export const CLIENT = { id: "vanguard", secret: "client-secret-4c1d" };

export interface Claims {
  readonly [claim: string]: unknown;
}

/** What is wrong with the next id token, or with the next code's PKCE. */
export type Lie =
  | "nonce"
  | "audience"
  | "issuer"
  | "expired"
  | "signature"
  | "unsigned"
  | "challenge";

export interface OpenId {
  readonly issuer: string;
  /** Every id token, code and verifier there was. */
  readonly secrets: ReadonlyArray<string>;
  /** Answers of the token endpoint: 200, or its error. */
  readonly answers: ReadonlyArray<string>;
  /** Signs the person in at this address: where the browser is sent back to. */
  authorize(url: string, claims: Claims, lie?: Lie): string;
}

interface Grant {
  readonly claims: Claims;
  readonly lie: Lie | undefined;
  readonly nonce: string;
  readonly challenge: string;
  readonly redirectUri: string;
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("base64url");
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

function signed(payload: Claims, key: KeyObject | undefined): string {
  const header = { alg: key === undefined ? "none" : "RS256", kid: "1", typ: "JWT" };
  const text = `${encoded(header)}.${encoded(payload)}`;
  const signature = key && createSign("RSA-SHA256").update(text).sign(key).toString("base64url");
  return `${text}.${signature ?? ""}`;
}

/** Runs the work with a provider that is gone afterwards. */
export async function withOpenId(work: (openId: OpenId) => Promise<void>): Promise<void> {
  const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const others = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const grants = new Map<string, Grant>();
  const [secrets, answers]: [string[], string[]] = [[], []];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, route);
  const issuer = `http://127.0.0.1:${server.addr.port}`;

  async function route(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/.well-known/openid-configuration") {
      return Response.json({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        response_types_supported: ["code"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256"],
        code_challenge_methods_supported: ["S256"],
      });
    }
    if (pathname === "/keys") {
      const key = {
        ...keys.publicKey.export({ format: "jwk" }),
        kid: "1",
        use: "sig",
        alg: "RS256",
      };
      return Response.json({ keys: [key] });
    }
    return pathname === "/token"
      ? token(new URLSearchParams(await request.text()))
      : refuse("no_such");
  }

  function token(form: URLSearchParams): Response {
    const [code, verifier] = [form.get("code") ?? "", form.get("code_verifier") ?? ""];
    secrets.push(code, verifier);
    const known = form.get("client_id") === CLIENT.id &&
      form.get("client_secret") === CLIENT.secret;
    if (!known) return refuse("invalid_client");
    const grant = grants.get(code);
    grants.delete(code);
    if (grant === undefined || grant.redirectUri !== form.get("redirect_uri")) {
      return refuse("invalid_grant");
    }
    if (verifier === "" || sha256(verifier) !== grant.challenge) return refuse("invalid_grant");
    answers.push("200");
    const idToken = idTokenOf(grant);
    secrets.push(idToken);
    return Response.json({ access_token: "access", token_type: "bearer", id_token: idToken });
  }

  function idTokenOf({ claims, lie, nonce }: Grant): string {
    const now = Math.floor(Date.now() / 1000);
    const payload = {
      iss: lie === "issuer" ? "http://127.0.0.1:1" : issuer,
      aud: lie === "audience" ? "another-client" : CLIENT.id,
      nonce: lie === "nonce" ? "another-nonce" : nonce,
      iat: lie === "expired" ? now - 7200 : now,
      exp: lie === "expired" ? now - 3600 : now + 300,
      ...claims,
    };
    const key = lie === "signature" ? others.privateKey : keys.privateKey;
    return signed(payload, lie === "unsigned" ? undefined : key);
  }

  function refuse(error: string): Response {
    answers.push(error);
    return Response.json({ error, error_description: "secrets of the provider" }, { status: 400 });
  }

  const authorize: OpenId["authorize"] = (url, claims, lie) => {
    const asked = new URL(url).searchParams;
    const get = (name: string) => asked.get(name) ?? "";
    const code = randomUUID();
    const challenge = lie === "challenge" ? sha256("of another verifier") : get("code_challenge");
    const redirectUri = get("redirect_uri");
    grants.set(code, { claims, lie, nonce: get("nonce"), challenge, redirectUri });
    const back = new URL(redirectUri);
    back.search = new URLSearchParams({ code, state: get("state") }).toString();
    return back.href;
  };

  try {
    await work({ issuer, secrets, answers, authorize });
  } finally {
    await server.shutdown();
  }
}
