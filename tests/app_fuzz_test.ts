/** Every operation of the document under generated input: it answers as the document says, and never breaks. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Caller, withApp } from "./app_client.ts";
import { aMember, anOrganization, aPlanner, aUser, committed, mirrored } from "./builders.ts";
import { withDatabase } from "./database.ts";
import {
  bad,
  good,
  idOf,
  NASTY,
  type Operation,
  operationsOf,
  parameterOf,
  type Pool,
} from "./openapi.ts";
import { NOBODY } from "./routes.ts";

const SEED = 20_261_125;
const RUNS = 24;
/** Hashing a password takes as long as all the rest. */
const FEW = 6;
const HASHING = /^(POST|PATCH) \/api\/(auth\/login|admin\/users)/;

interface Call {
  readonly url: string;
  readonly type: string | undefined;
  readonly body: string | undefined;
}

const encoded = (text: string) => encodeURIComponent(text.toWellFormed());

/** A call of the operation, good or bad in each of its parts. */
function callOf(operation: Operation, document: unknown, pool: Pool): fc.Arbitrary<Call> {
  const { path, query, bodies } = operation;
  const organization = fc.constant(pool.organizationId);
  const place = fc.oneof(
    { weight: 6, arbitrary: path.includes("{pfaId}") ? fc.constantFrom("PFA-1", "B") : idOf(pool) },
    { weight: 1, arbitrary: fc.constantFrom(...NASTY.filter((text) => text.trim() !== "")) },
  );
  const places: fc.Arbitrary<{ readonly [name: string]: string }> = fc.record(
    Object.fromEntries(
      [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [
        name,
        name === "organizationId" ? organization : place,
      ]),
    ),
  );
  const optional = query.filter(({ name }) => name !== "organizationId");
  const asked = fc.subarray([...optional], { maxLength: Math.min(optional.length, 3) }).chain((
    some,
  ) =>
    fc.record(
      Object.fromEntries(
        some.map(({ name, description }) => [name, parameterOf(description, pool)]),
      ),
    )
  );
  return fc.record({ places, asked, content: contentOf(bodies, document, pool) }).map((parts) => ({
    url: path.replaceAll(/\{(\w+)\}/g, (_, name) => encoded(parts.places[name]!)) + "?" +
      Object.entries({
        ...(optional.length < query.length ? { organizationId: pool.organizationId } : {}),
        ...parts.asked,
      }).map(([name, value]) => `${name}=${encoded(String(value))}`).join("&"),
    ...parts.content,
  }));
}

type Content = Pick<Call, "type" | "body">;

function contentOf(
  bodies: Operation["bodies"],
  document: unknown,
  pool: Pool,
): fc.Arbitrary<Content> {
  const [[type, schema] = []] = Object.entries(bodies);
  if (type === undefined) return fc.constant({ type: undefined, body: undefined });
  const valid = type === "application/json"
    ? good(schema, document, pool)
    : fc.constant("pfaId,model,monthlyRate\nPFA-1,x,1\n");
  const text = (body: unknown) => typeof body === "string" ? body : JSON.stringify(body);
  return fc.oneof(
    { weight: 5, arbitrary: valid.map((body): Content => ({ type, body: text(body) })) },
    { weight: 4, arbitrary: bad(valid).map((body): Content => ({ type, body: text(body) })) },
    {
      weight: 1,
      arbitrary: fc.constantFrom("text/plain", "", "application/json; charset=x").map(
        (other): Content => ({ type: other, body: "{}" }),
      ),
    },
  );
}

async function judge(caller: Caller, operation: Operation, call: Call): Promise<number> {
  const { method, path, statuses } = operation;
  const { status, headers, body } = await caller.send(method, call.url, {
    ...(call.body === undefined ? {} : { body: call.body }),
    headers: call.type === undefined ? {} : { "content-type": call.type },
  });
  const said = `${method} ${call.url} ${call.body?.slice(0, 500)}: ${status} ${
    JSON.stringify(body).slice(0, 500)
  }`;
  assert.ok(status < 500, said);
  assert.ok(statuses.includes(status), `${method} ${path} does not tell of ${status}: ${said}`);
  if (status >= 400) {
    assert.equal(headers.get("content-type"), "application/problem+json", said);
    assert.equal(body.status, status);
    assert.doesNotMatch(body.detail, /node_modules|\.ts:\d|PostgresError|select .* from/i, said);
  }
  return status;
}

Deno.test("generated input, good and bad, is answered as the document tells", () =>
  withDatabase((db) =>
    withApp(db, async (app) => {
      const tenant = await aPlanner(db);
      const { organizationId } = tenant;
      await mirrored(db, organizationId, { "PFA-1": {}, B: {}, C: {} });
      const { jobId, modifications } = await committed(db, tenant, { B: { model: "x" } });
      const { userId } = await aMember(db, organizationId);
      const [conflict] = await db.worker`
        insert into pfa_sync_conflict (pfa_id, organization_id, modification_ids, local_version,
          pems_version, base_data, local_data, pems_data, kind, conflict_fields, reason)
        values ('B', ${organizationId}, ${[...modifications.values()]}, 1, 2, '{}', '{}', '{}',
          'fields', '{model}', 'changed')
        returning id`;
      const own: ReadonlyArray<readonly [RegExp, string]> = [
        [/sync-jobs/, jobId],
        [/conflicts/, conflict!.id],
        [/users|members/, userId],
        [/./, [...modifications.values()][0]!],
      ];
      const ids = [...own.map(([, id]) => id), NOBODY, await anOrganization(db)];
      const poolOf = ({ path }: Operation): Pool => ({
        organizationId,
        own: [own.find(([about]) => about.test(path))![1]],
        ids,
      });
      const document = (await app.caller().get("/api/openapi.json")).body;
      const operations = operationsOf(document);
      assert.ok(operations.length > 50);
      const seen = new Map<string, Set<number>>();
      for (const operation of operations) {
        const name = `${operation.method} ${operation.path}`;
        // Somebody else for each: the rate of calls is counted by user, and some end sessions.
        const caller = await app.as(await aUser(db, { isAdmin: true }));
        const statuses = new Set<number>();
        const large = Object.keys(operation.bodies).length === 0 ||
          operation.statuses.includes(413);
        assert.ok(large, `${name} does not tell of bodies that are too large`);
        seen.set(name, statuses);
        await fc.assert(
          fc.asyncProperty(
            callOf(operation, document, poolOf(operation)),
            async (call) => void statuses.add(await judge(caller, operation, call)),
          ),
          { seed: SEED, numRuns: HASHING.test(name) ? FEW : RUNS, endOnFailure: true },
        );
      }
      const working = [...seen.values()].filter((statuses) =>
        [...statuses].some((one) => one < 300)
      );
      assert.ok(working.length > 25, `only ${working.length} operations were ever let in`);
    })
  ));
