/** Alerts in trouble: a receiver that errs, hangs, is gone or may not be called, and workers that die with one in their hands. */
import assert from "node:assert/strict";
import { claimAlerts } from "../db/alerts.ts";
import { alerts, alertTest, assertSigned, startFor, tell, untilDone } from "./alert_bench.ts";
import { idOf } from "./engine.ts";

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

alertTest("a metadata address is never called, and the alert says why", async (engine) => {
  await tell(engine);
  await startFor(engine, { url: "https://169.254.169.254/latest" });
  const [row] = await untilDone(engine);
  assert.equal(
    row!.error,
    "Cannot use ALERT_WEBHOOK_URL: 169.254.169.254 is a link-local or metadata address",
  );
});
