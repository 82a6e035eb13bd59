/** `deno task admin`: what an administrator does at the console. */
import { configOf } from "../../domain/config.ts";
import { DEFAULT_OWNER, makeVault } from "../../pems/credentials.ts";
import { examine } from "../../db/invariants.ts";
import { findingsJson, isSound, tellFindings } from "./doctor.ts";
import { credentialsKeys } from "../start/keys.ts";
import { withProduct } from "./product.ts";
import { rotateKeys, tellRotated } from "./rotate.ts";
import { tellVerdict, verifyTrail } from "./verify.ts";

const USAGE = `Usage: deno task admin <command>

  new-key    prints a fresh CREDENTIALS_KEY
  encrypt    reads a PEMS key from standard input and prints the envelope for PEMS_WRITE_API_KEY;
             needs CREDENTIALS_KEY
  alert-key  prints in hex the key that signs alerts; it changes with the newest CREDENTIALS_KEY
  rotate-key seals every stored PEMS key with the newest key of CREDENTIALS_KEY, while everything runs;
             exit code 1 when one cannot be opened
  audit verify [--organization CODE]
             walks the chains of the audit trail and tells the first broken link of each;
             exit code 1 when one is broken
  doctor [--json]
             looks at every invariant of the live database, changing nothing; exit code 1 when one
             is broken

rotate-key, audit and doctor use the database of DATABASE_URL, or the one in DATA_DIR while the product is stopped.`;

/** What a command comes to. */
interface Done {
  readonly text: string;
  /** False: exit code 1. */
  readonly ok: boolean;
}

const said = (text: string): Done => ({ text, ok: true });

const COMMANDS: {
  readonly [name: string]: (args: ReadonlyArray<string>) => Promise<Done | undefined>;
} = {
  "new-key": (args) =>
    Promise.resolve(
      args.length > 0
        ? undefined
        : said(btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))),
    ),
  encrypt: async (args) => {
    if (args.length > 0) return undefined;
    const keys = (Deno.env.get("CREDENTIALS_KEY") ?? "").split(",").filter(Boolean);
    if (keys.length === 0) throw new Error("Cannot encrypt: CREDENTIALS_KEY is not set");
    const text = (await new Response(Deno.stdin.readable).text()).trim();
    if (text === "") throw new Error("Cannot encrypt: nothing came on standard input");
    return said(await (await makeVault(keys)).seal(DEFAULT_OWNER, text));
  },
  "alert-key": async (args) => {
    if (args.length > 0) return undefined;
    const { credentialsKeys: given, dataDir } = configOf(Deno.env.toObject());
    const vault = await makeVault(await credentialsKeys(given, dataDir));
    const bytes = await vault.derive("alerts");
    return said(Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""));
  },
  "rotate-key": async (args) => {
    if (args.length > 0) return undefined;
    const config = configOf(Deno.env.toObject());
    const keys = await credentialsKeys(config.credentialsKeys, config.dataDir);
    return await withProduct(config, async ({ auth }) => {
      const rotated = await rotateKeys(auth, keys, config.pems.apiKey);
      return { text: tellRotated(rotated), ok: rotated.lost.length === 0 };
    });
  },
  audit: async ([verb, ...options]) => {
    const [flag, code, ...more] = options;
    const known = flag === undefined || (flag === "--organization" && code !== undefined);
    if (verb !== "verify" || !known || more.length > 0) return undefined;
    return await withProduct(configOf(Deno.env.toObject()), async ({ owner }) => {
      const verdicts = await verifyTrail(owner, { code, progress: console.error });
      return {
        text: verdicts.map(tellVerdict).join("\n"),
        ok: verdicts.every(({ fault }) => fault === undefined),
      };
    });
  },
  doctor: async (args) => {
    const json = args[0] === "--json";
    if (args.length > (json ? 1 : 0)) return undefined;
    return await withProduct(configOf(Deno.env.toObject()), async ({ owner }) => {
      const findings = await examine(owner);
      return { text: (json ? findingsJson : tellFindings)(findings), ok: isSound(findings) };
    });
  },
};

const [name = "--help", ...args] = Deno.args;
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
try {
  const done = await command?.(args);
  if (done === undefined) {
    const help = ["--help", "-h", "help"].includes(name);
    const unknown = `Unknown command ${Deno.args.join(" ")}`;
    (help ? console.log : console.error)(help ? USAGE : `${unknown}\n\n${USAGE}`);
    Deno.exit(help ? 0 : 2);
  }
  console.log(done.text);
  Deno.exit(done.ok ? 0 : 1);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
