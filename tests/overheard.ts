/** What a running product says and keeps: every word of its processes, every row of its tables; and a PEMS that repeats what it is sent. */
import assert from "node:assert/strict";
import type { Database } from "../db/sql.ts";

/** Everything that was ever told, with where. */
export class Told {
  readonly #texts: Array<readonly [string, string]> = [];

  add(where: string, text: string): void {
    this.#texts.push([where, text]);
  }

  /** No text holds a secret as it is, in base64, in hex, or escaped for a URL. */
  assertSilent(secrets: { readonly [name: string]: string }): void {
    assert.ok(this.#texts.length > 40, "much was told");
    for (const [name, secret] of Object.entries(secrets)) {
      const hex = Array.from(
        new TextEncoder().encode(secret),
        (byte) => byte.toString(16).padStart(2, "0"),
      ).join("");
      const forms = [secret, btoa(secret).replace(/=+$/, ""), hex, encodeURIComponent(secret)];
      for (const [where, text] of this.#texts) {
        const at = forms.map((form) => text.indexOf(form)).find((found) => found >= 0);
        assert.equal(
          at,
          undefined,
          `${name} is told by ${where}: ${text.slice((at ?? 0) - 200, (at ?? 0) + 80)}`,
        );
      }
    }
  }
}

interface Started extends AsyncDisposable {
  readonly pid: number;
  readonly line: string;
}

/** A process of the product, every word of which is kept. */
export async function started(
  script: string,
  { env, ready, told }: {
    readonly env: Record<string, string>;
    readonly ready: RegExp;
    readonly told: Told;
  },
): Promise<Started> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL(`../${script}`, import.meta.url).href],
    env,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const found = Promise.withResolvers<string>();
  let said = "";
  const read = async (stream: ReadableStream<Uint8Array>) => {
    for await (const chunk of stream.pipeThrough(new TextDecoderStream() as never)) {
      said += chunk;
      const line = said.split("\n").find((one) => ready.test(one));
      if (line !== undefined) found.resolve(line);
    }
    found.reject(new Error(`${script} ended before it was ready:\n${said}`));
  };
  const reading = Promise.all([read(child.stdout), read(child.stderr)]);
  const line = await found.promise;
  told.add(`${script}'s command line`, await Deno.readTextFile(`/proc/${child.pid}/cmdline`));
  return {
    pid: child.pid,
    line,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await child.status;
      await reading;
      told.add(`the log of ${script}`, said);
    },
  };
}

/** A PEMS, and a webhook, that repeat in each answer what they were sent: the key above all. */
export function echo(status: () => number) {
  const heard: string[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const key = request.headers.get("authorization") ?? "";
      heard.push(`${request.method} ${key}`);
      const message = `Refused ${key} (${key.replace("Bearer ", "")}) at ${request.url}`;
      await request.text();
      return Response.json({ error: message, message }, { status: status() });
    },
  );
  return { heard, port: server.addr.port, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** Every row of every table, as text. */
export async function rowsOf(owner: Database["owner"], told: Told): Promise<void> {
  const tables = await owner<{ name: string }[]>`
    select c.relname as name from pg_class c
    where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace`;
  assert.ok(tables.length > 25);
  for (const { name } of tables) {
    const [row] = await owner`
      select coalesce(string_agg(t::text, chr(10)), '') as text from ${owner(name)} t`;
    told.add(`table ${name}`, row!.text);
  }
}
