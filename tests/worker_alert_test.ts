/** Alerts: every event that people are notified of reaches the webhook, signed, whatever happens on the way. */
import assert from "node:assert/strict";
import { createHmac, hkdfSync } from "node:crypto";
import { claimAlerts, forgetAlerts } from "../db/alerts.ts";
import { notify } from "../db/notifications.ts";
import { refusalOf } from "../pems/address.ts";
import { admin } from "./admin.ts";
import { onEach } from "./database.ts";
import { aPlanner } from "./builders.ts";
import { type Engine, enginePostgres, engineTest, idOf } from "./engine.ts";
import { answered } from "./engine_wire.ts";
import { type Received, type Receiver, withReceiver } from "./webhook.ts";

const retry = { maxRetries: 4, baseMs: 10 };
const CREDENTIALS_KEY = btoa("k".repeat(32));

/** What becomes of alerts rings like news, so that the test hears of it. */
const ringing = ({ db }: Engine) =>
  db.owner.unsafe(
    `create or replace function ring_for_alerts() returns trigger language plpgsql as $$
      begin perform pg_notify('pfa_event', '[]'); return null; end $$;
    create or replace trigger ring_for_alerts after update on alert
      for each statement execute function ring_for_alerts()`,
  ).simple();

interface Row {
  readonly id: string;
  readonly attempts: number;
  readonly delivered: boolean;
  readonly waits: boolean;
  readonly error: string | null;
}

const alerts = ({ db }: Engine) =>
  db.owner<Row[]>`
    select id, attempts::int, delivered_at is not null as delivered, due_at is not null as waits, error
    from alert order by created_at`;

const untilDone = (engine: Engine) =>
  engine.until("no alert waits", async () => {
    const rows = await alerts(engine);
    return rows.every(({ waits }) => !waits) && rows;
  });

/** Tells administrators and two people of something; returns the alert's id. */
async function tell(engine: Engine, title = "Something is up", body = "See for yourself") {
  const organizationId = engine.organizationId();
  const { ada, ben } = engine.people;
  await notify(engine.db.worker, {
    ...{ organizationId, userIds: [ada, ben], administrators: true, kind: "failure" },
    ...{ title, body, pfaId: idOf(1) },
  });
  return (await alerts(engine)).at(-1)!.id;
}

/** Registers the test with a receiver and a worker's options that point to it. */
const alertTest = (
  name: string,
  work: (engine: Engine, receiver: Receiver) => Promise<void>,
  register: typeof engineTest | typeof enginePostgres = engineTest,
) =>
  register(name, async (engine: Engine) => {
    await ringing(engine);
    await withReceiver((receiver) => work(engine, receiver));
  });

const startFor = (engine: Engine, { url }: { readonly url: string }) =>
  engine.start({ alerts: { url, retry } });

/** Whether the signature is that of the documentation, computed by other means than the product's. */
function assertSigned({ headers, text }: Received) {
  const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers.get("x-vanguard-signature")!)!;
  const key = hkdfSync("sha256", "k".repeat(32), "", "alerts", 32);
  const mac = createHmac("sha256", new Uint8Array(key)).update(`${t}.${text}`).digest("hex");
  assert.equal(v1, mac);
  assert.ok(Math.abs(Date.now() / 1000 - Number(t)) < 60, "t is now");
}

alertTest(
  "an event is one signed POST, however many people it concerns",
  async (engine, receiver) => {
    const id = await tell(engine);
    const [people] = await engine.db.owner`select count(*)::int as told from notification`;
    assert.equal(people!.told, 3);
    await startFor(engine, receiver);
    await untilDone(engine);
    assert.equal(receiver.received.length, 1);
    const [request] = receiver.received;
    assert.deepEqual([request!.method, request!.headers.get("content-type")], [
      "POST",
      "application/json",
    ]);
    const { at, ...said } = JSON.parse(request!.text);
    assert.deepEqual(said, {
      id,
      kind: "failure",
      organizationId: engine.organizationId(),
      organizationCode: "RIO",
      title: "Something is up",
      body: "See for yourself",
      pfaId: idOf(1),
    });
    assert.ok(Math.abs(Date.now() - Date.parse(at)) < 60_000);
    assertSigned(request!);
  },
);

alertTest(
  "a dead letter of the engine is told without PEMS's amounts",
  async (engine, receiver) => {
    engine.wire.once("PUT", answered(422, "monthlyRate 5511.10 exceeds the budget of 7722"));
    await engine.commitOne("ada", idOf(1), { model: "M-1" });
    await startFor(engine, receiver);
    await receiver.until(1);
    const { title, body } = JSON.parse(receiver.received[0]!.text);
    assert.equal(title, `${idOf(1)} could not be written to PEMS`);
    assert.match(body, /monthlyRate ••• exceeds/);
    assert.doesNotMatch(body, /5511|7722/);
    assertSigned(receiver.received[0]!);
  },
);

alertTest(
  "a receiver in trouble gets it again, the same id, until it is taken",
  async (engine, receiver) => {
    const [first, second] = [await tell(engine), await tell(engine)];
    const trouble = (status: number) => () => new Response("no", { status });
    receiver.next(trouble(500), trouble(503), trouble(404));
    await startFor(engine, receiver);
    const rows = await untilDone(engine);
    assert.deepEqual(rows.map(({ delivered, error }) => [delivered, error]), [[true, null], [
      true,
      null,
    ]]);
    assert.equal(rows[0]!.attempts + rows[1]!.attempts, 3);
    assert.equal(receiver.received.length, 5);
    assert.deepEqual([...new Set(receiver.ids())].sort(), [first, second].sort());
    receiver.received.forEach(assertSigned);
  },
);

alertTest(
  "what fails for good is kept with its error, after five tries",
  async (engine, receiver) => {
    await tell(engine);
    receiver.next(...Array(9).fill(() => new Response("no", { status: 500 })));
    await startFor(engine, receiver);
    const [row] = await untilDone(engine);
    assert.deepEqual({ ...row, id: 0 }, {
      id: 0,
      attempts: 5,
      delivered: false,
      waits: false,
      error: "The webhook answered 500",
    });
    assert.equal(receiver.received.length, 5);
  },
);

alertTest("a redirect is not followed", async (engine, receiver) => {
  await tell(engine);
  receiver.next(
    ...Array(9).fill(() =>
      new Response(null, { status: 307, headers: { location: "/elsewhere" } })
    ),
  );
  await startFor(engine, receiver);
  const [row] = await untilDone(engine);
  assert.equal(row!.error, "The webhook answered 307, and redirects are not followed");
  assert.deepEqual([...new Set(receiver.received.map(({ path }) => path))], ["/hook"]);
});

alertTest(
  "a receiver that hangs holds up nothing else, nor does one that is gone",
  async (engine, receiver) => {
    const open = Promise.withResolvers<void>();
    receiver.next(async () => {
      await open.promise;
      return new Response();
    });
    await tell(engine);
    await startFor(engine, receiver);
    await receiver.until(1);
    const id = await engine.commitOne("ada", idOf(1), { model: "M-1" });
    await engine.untilStatus(id, "synced");
    open.resolve();
    await untilDone(engine);

    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    listener.close();
    await tell(engine);
    await startFor(engine, { url: `http://127.0.0.1:${listener.addr.port}/hook?secret=s3cret` });
    const { error } = (await untilDone(engine)).at(-1)!;
    // The other worker may have been quicker.
    if (error !== null) assert.match(error, /^The connection failed: (?!.*s3cret)/);
  },
);

alertTest(
  "nothing is lost when a worker dies between taking and telling",
  async (engine, receiver) => {
    const { db } = engine;
    const [taken, asked] = [await tell(engine), await tell(engine)];
    // One dies with an alert in its hands, another while the receiver thinks about it.
    const [dead] = await claimAlerts(db.worker, { most: 1, tryMs: 0 });
    assert.equal(dead!.id, taken);
    const never = Promise.withResolvers<Response>();
    receiver.next(() => never.promise, () => never.promise);
    const worker = await startFor(engine, receiver);
    await receiver.until(2);
    await worker.stop();
    assert.deepEqual((await alerts(engine)).map(({ waits }) => waits), [true, true]);
    never.resolve(new Response());
    // Its time runs out.
    await db.owner`update alert set due_at = now()`;
    await startFor(engine, receiver);
    await untilDone(engine);
    assert.deepEqual(receiver.ids().slice(2).sort(), [taken, asked].sort());
  },
);

alertTest("an alert that was rolled back is never told", async (engine, receiver) => {
  await engine.db.worker.begin(async (tx) => {
    const organizationId = engine.organizationId();
    const words = { kind: "paused", title: "no", body: "no" } as const;
    await notify(tx, { organizationId, userIds: [], administrators: true, ...words });
    throw new Error("rolled back");
  }).catch(() => {});
  const id = await tell(engine);
  await startFor(engine, receiver);
  await untilDone(engine);
  assert.deepEqual(receiver.ids(), [id]);
});

alertTest("three workers share the work: each alert is told once", async (engine, receiver) => {
  const ids: string[] = [];
  for (let nth = 0; nth < 40; nth++) ids.push(await tell(engine));
  const grab = () => claimAlerts(engine.db.worker, { most: 7, tryMs: 60_000 });
  const taken = (await Promise.all([1, 2, 3, 4, 5, 6].map(grab))).flat().map(({ id }) => id);
  assert.deepEqual([...new Set(taken)], taken, "nobody takes what another has");
  await engine.db.owner`update alert set due_at = now()`;
  await Promise.all([1, 2, 3].map(() => startFor(engine, receiver)));
  await untilDone(engine);
  assert.deepEqual([...receiver.ids()].sort(), ids.sort());
}, enginePostgres);

alertTest("a metadata address is never called, and the alert says why", async (engine) => {
  await tell(engine);
  await startFor(engine, { url: "https://169.254.169.254/latest" });
  const [row] = await untilDone(engine);
  assert.equal(
    row!.error,
    "Cannot use ALERT_WEBHOOK_URL: 169.254.169.254 is a link-local or metadata address",
  );
});

Deno.test("a name is judged by the addresses behind it", async () => {
  assert.equal(await refusalOf("http://localhost:1/hook?x=1"), undefined);
  assert.equal(
    await refusalOf("https://[fe80::1]/"),
    "fe80::1 is a link-local or metadata address",
  );
  assert.equal(await refusalOf("https://0/"), "0.0.0.0 is a link-local or metadata address");
  assert.equal(await refusalOf("https://nobody.invalid/"), "nobody.invalid has no address");
  assert.match((await refusalOf("http://10.0.0.1/"))!, /must use https/);
});

onEach(
  "without a webhook alerts wait an hour, in case one is set; told ones are kept a month",
  async (db) => {
    const { organizationId, userId } = await aPlanner(db);
    const words = { kind: "paused", title: "a", body: "b" } as const;
    for (let nth = 0; nth < 4; nth++) {
      await notify(db.worker, {
        organizationId,
        userIds: [userId],
        administrators: false,
        ...words,
      });
    }
    await db.owner`
    update alert set created_at = now() - n.age, delivered_at = case when n.told then now() end,
      due_at = case when not n.told then now() end
    from (select id, row_number() over (order by id) as nth from alert) a
    join (values (1, interval '2 hours', false), (2, '2 minutes', false), (3, '31 days', true),
      (4, '29 days', true)) n (nth, age, told) using (nth)
    where alert.id = a.id`;
    const left = async () =>
      (await db.owner`select delivered_at is not null as told from alert order by id`)
        .map(({ told }) => told);
    await forgetAlerts(db.worker, true);
    assert.deepEqual(await left(), [false, false, true]);
    await forgetAlerts(db.worker, false);
    assert.deepEqual(await left(), [false]);
  },
);

Deno.test("the console prints the key that verifies signatures", async () => {
  const { said, code } = await admin("postgres://nobody@127.0.0.1:1/none", "alert-key");
  const key = hkdfSync("sha256", atob(CREDENTIALS_KEY), "", "alerts", 32);
  assert.deepEqual([code, said.trim()], [0, new Uint8Array(key).toHex()]);
});
