/** The records in the tab: what server answers, edits and live news make of them. */
import assert from "node:assert/strict";
import { Following } from "../islands/records/following.ts";
import { Loading } from "../islands/records/loading.ts";
import { Records } from "../islands/records/records.ts";
import { View } from "../islands/records/view.ts";
import { WHOLE } from "../islands/records/shape.ts";
import type { PfaView } from "../islands/record.ts";

const view = (pfaId: string, more: Partial<PfaView> = {}): PfaView => ({
  pfaId,
  version: 1,
  data: {
    description: null,
    category: "Cranes",
    monthlyRate: 5,
    forecastEnd: "2026-03-01T00:00:00Z",
  },
  baseline: {},
  sync: { status: "clean" },
  ...more,
});
const nothing = () => new Set<never>();
const records = (...views: ReadonlyArray<PfaView>) => {
  const all = new Records(["description", "category"]);
  all.take(views, all.now, nothing);
  return all;
};

Deno.test("dates come in as civil dates, whatever the zone of the browser", () => {
  assert.equal(records(view("A")).value(0, "forecastEnd"), "2026-03-01");
});

Deno.test("an answer that left before an edit does not undo the edit", () => {
  const all = records(view("A"));
  const asked = all.now;
  all.setValue(0, "category", "Pumps");
  all.setSync(0, { status: "draft" });
  assert.deepEqual(all.take([view("A")], asked, nothing), ["A"]);
  assert.equal(all.value(0, "category"), "Pumps");
  assert.equal(all.drafts.value, 1);
});

Deno.test("what was read while its records are committed waits until they are", () => {
  const all = records(view("A"), view("B"));
  const release = all.hold([0]);
  all.setSync(0, { status: "queued" });
  const draft = (pfaId: string) => view(pfaId, { sync: { status: "draft" } });
  assert.deepEqual(all.take([draft("A"), draft("B")], all.now, nothing), ["A"]);
  assert.equal(all.sync(0).status, "queued");
  assert.equal(all.sync(1).status, "draft");
  const asked = all.now;
  release();
  assert.deepEqual(all.take([draft("A")], asked, nothing), ["A"], "asked for before the commit");
  assert.deepEqual(all.take([view("A", { sync: { status: "synced" } })], all.now, nothing), []);
  assert.equal(all.sync(0).status, "synced");
});

Deno.test("fields that wait for the server keep their values while the rest is renewed", () => {
  const all = records(view("A"));
  all.setValue(0, "category", "Pumps");
  const fresh = view("A", { data: { ...view("A").data, monthlyRate: 9 } });
  all.take([fresh], all.now, () => new Set(["category" as const]));
  assert.equal(all.value(0, "category"), "Pumps");
  assert.equal(all.value(0, "monthlyRate"), 9);
  assert.deepEqual(all.baseline(0), { category: "Cranes" });
});

Deno.test("a value back at its base is no longer marked as changed", () => {
  const all = records(view("A"));
  all.setValue(0, "monthlyRate", 6);
  all.setValue(0, "monthlyRate", 7);
  assert.deepEqual(all.baseline(0), { monthlyRate: 5 });
  all.setValue(0, "monthlyRate", 5);
  assert.deepEqual(all.baseline(0), {});
});

Deno.test("records that come late stand in the order of their ids", () => {
  const all = records(view("B"), view("C"));
  const shown = new View(all, WHOLE);
  all.take([view("A")], all.now, nothing);
  assert.deepEqual([...shown.rows.value].map((row) => all.ids[row]), ["A", "B", "C"]);
});

Deno.test("nothing comes last in both directions, and every word of a search counts", () => {
  const all = records(
    view("A", { data: { ...view("A").data, description: null } }),
    view("B", { data: { ...view("B").data, description: "Tower crane" } }),
    view("C", { data: { ...view("C").data, description: "mobile Crane" } }),
  );
  const ids = (shape: Partial<typeof WHOLE>) =>
    [...new View(all, { ...WHOLE, ...shape }).rows.value].map((row) => all.ids[row]).join("");
  assert.equal(ids({ sort: "description" }), "CBA");
  assert.equal(ids({ sort: "description", descending: true }), "BCA");
  assert.equal(ids({ search: "crane tower" }), "B");
  assert.equal(ids({ search: "CRANE" }), "ABC");
  assert.equal(ids({ search: "crane absent" }), "");
});

Deno.test("groups stand in order under a heading each, and fold in", () => {
  const of = (pfaId: string, category: string) =>
    view(pfaId, { data: { ...view(pfaId).data, category } });
  const all = records(of("A", "Pumps"), of("B", "Cranes"), of("C", "Pumps"));
  const shown = new View(all, { ...WHOLE, group: "category", sort: "pfaId", descending: true });
  const said = () =>
    [...shown.rows.value].map((row, at) => shown.groupAt(at)?.label ?? all.ids[row]).join(" ");
  assert.equal(said(), "Cranes B Pumps C A");
  shown.fold(shown.groupAt(0)!);
  assert.equal(said(), "Cranes Pumps C A");
  assert.deepEqual(shown.groupAt(1), {
    label: "Pumps",
    count: 2,
    rows: Uint32Array.of(2, 0),
  });
  assert.equal(shown.count.value, 3);
});

Deno.test("each filter leaves out what the API would", () => {
  const of = (pfaId: string, data: object) =>
    view(pfaId, { data: { ...view(pfaId).data, ...data } });
  const all = new Records(["category", "class"]);
  const plain = { isActualized: false, isDiscontinued: false, class: "Boom" };
  all.take(
    [
      of("A", { ...plain, forecastStart: "2026-01-01T00:00:00Z" }),
      of("B", { ...plain, forecastStart: "2026-02-01T00:00:00Z", isActualized: true }),
      of("C", {
        ...plain,
        forecastStart: "2026-03-01T00:00:00Z",
        class: "Tower",
        isDiscontinued: true,
      }),
    ],
    all.now,
    nothing,
  );
  const ids = (shape: Partial<typeof WHOLE>) =>
    [...new View(all, { ...WHOLE, ...shape }).rows.value].map((row) => all.ids[row]).join("");
  assert.equal(ids({ from: "2026-02-01" }), "BC");
  assert.equal(ids({ to: "2026-02-01" }), "AB");
  assert.equal(ids({ state: "active" }), "A");
  assert.equal(ids({ state: "actualized" }), "B");
  assert.equal(ids({ state: "discontinued" }), "C");
  assert.equal(ids({ class: "Boom", from: "2026-01-02" }), "B");
});

Deno.test("rows stay on show while their badges move, and are counted as strays", () => {
  const all = records(view("A", { sync: { status: "draft", modificationId: "m" } }), view("B"));
  const shown = new View(all, { ...WHOLE, status: "draft" });
  assert.equal(shown.rows.value.length, 1);
  all.setSync(0, { status: "queued", modificationId: "m" });
  assert.equal(shown.rows.value.length, 1);
  assert.equal(shown.strays.value, 1);
  shown.arrange();
  assert.equal(shown.rows.value.length, 0);
});

const event = { organizationId: "o", at: "2026-01-01T00:00:00Z", seq: "e.1" };

Deno.test("once in PEMS, a record's values are no longer changes", () => {
  const all = records(
    view("A", {
      baseline: { category: "Pumps" },
      sync: { status: "syncing", modificationId: "m" },
    }),
  );
  const following = new Following(all, new Loading("o", all, nothing));
  const sync = { status: "synced", syncedAt: event.at } as const;
  following.hear({ ...event, type: "SYNC_SUCCESS", pfaId: "A", modificationId: "m", sync });
  assert.equal(all.sync(0).status, "synced");
  assert.deepEqual(all.baseline(0), {});
});

Deno.test("news of an earlier change leaves an own newer draft as it is", () => {
  const all = records(view("A", { sync: { status: "draft", modificationId: "mine" } }));
  const following = new Following(all, new Loading("o", all, nothing));
  const sync = { status: "synced" } as const;
  following.hear({ ...event, type: "SYNC_SUCCESS", pfaId: "A", modificationId: "other", sync });
  assert.equal(all.sync(0).status, "draft");
});
