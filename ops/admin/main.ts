/** `deno task admin`: what an administrator does at the console. */
import { DEFAULT_OWNER, makeVault } from "../../pems/credentials.ts";

const USAGE = `Usage: deno task admin <command>

  new-key    prints a fresh CREDENTIALS_KEY
  encrypt    reads a PEMS key from standard input and prints the envelope for PEMS_WRITE_API_KEY;
             needs CREDENTIALS_KEY`;

const COMMANDS: { readonly [name: string]: () => Promise<string> } = {
  "new-key": () =>
    Promise.resolve(btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))),
  encrypt: async () => {
    const keys = (Deno.env.get("CREDENTIALS_KEY") ?? "").split(",").filter(Boolean);
    if (keys.length === 0) throw new Error("Cannot encrypt: CREDENTIALS_KEY is not set");
    const text = (await new Response(Deno.stdin.readable).text()).trim();
    if (text === "") throw new Error("Cannot encrypt: nothing came on standard input");
    return await (await makeVault(keys)).seal(DEFAULT_OWNER, text);
  },
};

const [name = "--help"] = Deno.args;
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
if (command === undefined) {
  const help = ["--help", "-h", "help"].includes(name);
  (help ? console.log : console.error)(help ? USAGE : `Unknown command ${name}\n\n${USAGE}`);
  Deno.exit(help ? 0 : 2);
}
try {
  console.log(await command());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
