/** A bench for alerts: an engine with something to tell, and a receiver that its workers tell it to. */
import assert from "node:assert/strict";
import { createHmac, hkdfSync } from "node:crypto";
import { notify } from "../db/notifications.ts";
import { type Engine, enginePostgres, engineTest, idOf } from "./engine.ts";
import { type Received, type Receiver, withReceiver } from "./webhook.ts";

const retry = { maxRetries: 4, baseMs: 10 };

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

/** Every alert, the oldest first. */
export const alerts = ({ db }: Engine) =>
  db.owner<Row[]>`
    select id, attempts::int, delivered_at is not null as delivered, due_at is not null as waits, error
    from alert order by created_at`;

export const untilDone = (engine: Engine) =>
  engine.until("no alert waits", async () => {
    const rows = await alerts(engine);
    return rows.every(({ waits }) => !waits) && rows;
  });

/** Tells administrators and two people of something; returns the alert's id. */
export async function tell(engine: Engine, title = "Something is up", body = "See for yourself") {
  const organizationId = engine.organizationId();
  const { ada, ben } = engine.people;
  await notify(engine.db.worker, {
    ...{ organizationId, userIds: [ada, ben], administrators: true, kind: "failure" },
    ...{ title, body, pfaId: idOf(1) },
  });
  return (await alerts(engine)).at(-1)!.id;
}

/** Registers the test with a receiver and a worker's options that point to it. */
export const alertTest = (
  name: string,
  work: (engine: Engine, receiver: Receiver) => Promise<void>,
  register: typeof engineTest | typeof enginePostgres = engineTest,
) =>
  register(name, async (engine: Engine) => {
    await ringing(engine);
    await withReceiver((receiver) => work(engine, receiver));
  });

/** Starts a worker that tells alerts to the URL. */
export const startFor = (engine: Engine, { url }: { readonly url: string }) =>
  engine.start({ alerts: { url, retry } });

/** Whether the signature is that of the documentation, computed by other means than the product's. */
export function assertSigned({ headers, text }: Received) {
  const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers.get("x-vanguard-signature")!)!;
  const key = hkdfSync("sha256", "k".repeat(32), "", "alerts", 32);
  const mac = createHmac("sha256", new Uint8Array(key)).update(`${t}.${text}`).digest("hex");
  assert.equal(v1, mac);
  assert.ok(Math.abs(Date.now() / 1000 - Number(t)) < 60, "t is now");
}
