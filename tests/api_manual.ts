/** `deno task docs:api`: docs/api.md, made from the OpenAPI document and from examples that are run for it. */
import { serveApp } from "../app/serve.ts";
import { hashPassword } from "../app/password.ts";
import type { Database } from "../db/sql.ts";
import { configOf } from "../domain/config.ts";
import { type Example, EXAMPLES } from "./api_examples.ts";
import type { Told } from "./api_told.ts";
import { type Described, manualOf } from "./api_words.ts";
import { testVault } from "./app_client.ts";
import { aConnection, aMember, anOrganization, mirrored } from "./builders.ts";
import { withDatabase } from "./database.ts";
import { Listener } from "./listener.ts";
import { buried, conflicting } from "./stuck.ts";

export const RENEW = "deno task docs:api";
export const FILE = new URL("../docs/api.md", import.meta.url);

/** The document as it should be, from a running app that has been through the examples. */
export async function describeApi(db: Database): Promise<string> {
  const config = configOf({ PORT: "0", LOG_LEVEL: "error" });
  const served = await serveApp({ db, config, vault: await testVault(), withPages: false });
  try {
    const names: Record<string, string> = { organization: await aDay(db) };
    const told: Told[] = [];
    for (const example of EXAMPLES) told.push(await run(served.url, example, names));
    const document = await (await fetch(`${served.url}/api/openapi.json`)).json() as Described;
    return manualOf(document, told, names);
  } finally {
    await served.stop();
  }
}

/** RIO with its records and with Ana, in the state that the examples begin in. Returns its id. */
async function aDay(db: Database): Promise<string> {
  const organizationId = await anOrganization(db, {
    code: "RIO",
    connectionId: await aConnection(db, { baseUrl: "https://pems.example.com/api" }),
  });
  const passwordHash = await hashPassword("correct horse battery");
  const tenant = await aMember(db, organizationId, { username: "ana", passwordHash });
  await mirrored(db, organizationId, { "PFA-1001": {}, "PFA-1002": {}, "PFA-1003": {} });
  const bench = { db, tenant, organizationId };
  await conflicting(bench, "PFA-1002", {
    changes: { model: "LTM 1300-6.2" },
    theirs: { model: "LR 1600" },
  });
  await buried(
    bench,
    { "PFA-1003": { contract: "RIO-EQ-5512" } },
    "PEMS refused it: the cost centre is closed",
  );
  return organizationId;
}

/** Sends the example as it stands, with the names that are known; keeps those it gives. */
async function run(
  url: string,
  example: Example,
  names: Record<string, string>,
): Promise<Told> {
  const [method, path] = filled(example.call, names).split(" ") as [string, string];
  const headers: Record<string, string> = {
    ...(names["token"] && { authorization: `Bearer ${names["token"]}` }),
    ...(names["cookie"] && !names["token"] && { cookie: names["cookie"] }),
  };
  if (example.status === 101) return { example, path, answer: await first(url + path, headers) };
  const { body } = example;
  const text = body === undefined
    ? undefined
    : filled(typeof body === "string" ? body : JSON.stringify(body), names);
  const type = typeof body === "string" ? "text/csv" : "application/json";
  const response = await fetch(url + path, {
    method,
    headers: { ...headers, ...(text !== undefined && { "content-type": type }) },
    ...(text !== undefined && { body: text }),
  });
  const answer = await response.json();
  if (response.status !== example.status) {
    throw new Error(`${example.call}: ${response.status} ${JSON.stringify(answer)}`);
  }
  const cookie = response.headers.get("set-cookie")?.split(";")[0];
  if (cookie !== undefined) names["cookie"] = cookie;
  for (const [name, where] of Object.entries(example.names ?? {})) {
    const found = where.split(".").reduce((value, step) => value?.[step], answer);
    if (typeof found !== "string") throw new Error(`${example.call}: no ${where} in its answer`);
    names[name] = found;
  }
  return { example, path, answer, ...(text !== undefined && { body: text }) };
}

const filled = (text: string, names: { readonly [name: string]: string }): string =>
  text.replaceAll(/\{(\w+)\}/g, (_, name) => {
    const value = names[name];
    if (value === undefined) throw new Error(`No example has given ${name}`);
    return value;
  });

async function first(url: string, headers: { readonly [name: string]: string }): Promise<unknown> {
  const listener = new Listener(url, headers);
  const message = await listener.next();
  await listener.close();
  return message;
}

if (import.meta.main) {
  await withDatabase(async (db) => await Deno.writeTextFile(FILE, await describeApi(db)));
  Deno.exit(0);
}
