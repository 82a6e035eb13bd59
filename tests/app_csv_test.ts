/** Records out as CSV and changes back in: what a spreadsheet may run, see and set. */
import assert from "node:assert/strict";
import { asWritten, csvLines, defused, readCsv } from "../app/csv.ts";
import { ImportReport } from "../app/import_shapes.ts";
import type { Database } from "../db/sql.ts";
import { PERMISSIONS } from "../domain/permissions.ts";
import { FIELD_NAMES } from "../domain/pfa.ts";
import { assertProblem, assertShape, type Caller, withApp } from "./app_client.ts";
import { aMember, aPlanner, drafted, mirrored, type Records } from "./builders.ts";
import { onEach, withDatabase } from "./database.ts";

interface Bench {
  readonly db: Database;
  readonly caller: Caller;
  readonly tenant: { readonly organizationId: string; readonly userId: string };
  /** Somebody else there, without these permissions. */
  without(...missing: string[]): Promise<Caller>;
  export(query?: string, caller?: Caller): ReturnType<Caller["get"]>;
  import(text: string, query?: string, caller?: Caller): ReturnType<Caller["get"]>;
}

const atBench = (work: (bench: Bench) => Promise<void>, records?: Records) => (db: Database) =>
  withApp(db, async (app) => {
    const tenant = await aPlanner(db, { code: "ORG-CSV" });
    const { organizationId } = tenant;
    await mirrored(db, organizationId, records ?? { "PFA-1": {}, "PFA-2": {} });
    const caller = await app.as(tenant.userId);
    const at = (path: string, query = "") =>
      `/api/pfa-data/${path}?organizationId=${organizationId}${query}`;
    await work({
      db,
      caller,
      tenant,
      without: async (...missing) => {
        const permissions = PERMISSIONS.filter((name) => !missing.includes(name));
        return await app.as((await aMember(db, organizationId, { permissions })).userId);
      },
      export: (query, who = caller) => who.get(at("export.csv", query)),
      import: (text, query, who = caller) =>
        who.send("POST", at("import", query), {
          body: text,
          headers: { "content-type": "text/csv; charset=utf-8" },
        }),
    });
  });
const test = (name: string, work: (bench: Bench) => Promise<void>, records?: Records) =>
  Deno.test(name, () => withDatabase(atBench(work, records)));

/** The file as records by id. */
const tableOf = (text: string) => {
  const [header, ...rows] = readCsv(text) as [string[], ...string[][]];
  return rows.map((row) => Object.fromEntries(header.map((name, at) => [name, row[at]!])));
};
const draftsOf = (db: Database) =>
  db.owner`select pfa_id, changes from pfa_modification where sync_status = 'draft' order by pfa_id`;

Deno.test("formulas are defused, numbers are not, and every text comes back as it was", () => {
  for (const text of ["=1+1", "+cmd", "-2+3", "@sum", "\t=x", "'=x", "''=x", "＝1"]) {
    assert.equal(defused(text), `'${text}`);
    assert.equal(asWritten(defused(text)), text);
  }
  for (const text of ["-5", "-5.25", "+7", "a=b", "'quoted'", "5 - 3", ""]) {
    assert.equal(defused(text), text);
    assert.equal(asWritten(text), text);
  }
  assert.equal(csvLines([[-5.5, "-5.5", true, null, 'a"b,c']]), '-5.5,-5.5,true,,"a""b,c"\r\n');
});

Deno.test("a file is read whatever separates its cells", () => {
  const table = [["pfaId", "description"], ["A", "x,y"]];
  for (const text of ['pfaId,description\r\nA,"x,y"\r\n', "pfaId;description\nA;x,y\n"]) {
    assert.deepEqual(readCsv("\ufeff" + text), table);
  }
  assert.deepEqual(readCsv("pfaId\tdescription\nA\tx,y\n"), table);
});

onEach(
  "an export is what one sees, in the order of the screen, and is in the trail",
  atBench(async ({ db, tenant, ...bench }) => {
    await drafted(db, tenant, { "PFA-2": { model: "=HYPERLINK(1)" } });
    const answer = await bench.export("&sort=pfaId&order=desc");
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get("content-type")!, /^text\/csv/);
    assert.match(answer.headers.get("content-disposition")!, /filename="pfa-ORG-CSV.csv"/);
    const [two, one] = tableOf(answer.body);
    assert.deepEqual(Object.keys(one!), ["pfaId", "version", "syncStatus", ...FIELD_NAMES]);
    assert.equal(two!["model"], "'=HYPERLINK(1)");
    assert.equal(two!["syncStatus"], "draft");
    assert.equal(one!["monthlyRate"], "5500");
    assert.equal(one!["forecastEnd"], "2026-09-15");
    assert.equal(one!["isActualized"], "false");
    const [entry] = await db.owner`
      select user_id, details from audit_entry where event_type = 'EXPORT'`;
    assert.equal(entry!["user_id"], tenant.userId);
    assert.equal(entry!["details"].records, 2);
  }),
);

const MANY = Object.fromEntries(
  Array.from({ length: 4101 }, (_, nth) => [
    `PFA-${String(nth).padStart(5, "0")}`,
    { category: nth % 2 === 0 ? "Cranes" : "Pumps" },
  ]),
);

test("an export goes page by page and leaves no record out", async (bench) => {
  const rows = tableOf((await bench.export()).body);
  assert.deepEqual(rows.map(({ pfaId }) => pfaId), Object.keys(MANY));
  const narrowed = tableOf((await bench.export("&category=Pumps")).body);
  assert.equal(narrowed.length, 2050);
  const searched = tableOf((await bench.export("&search=pumps%20crawler%2000001")).body);
  assert.deepEqual(searched.map(({ pfaId }) => pfaId), ["PFA-00001"]);
  assertProblem(await bench.export("&sort=nothing"), 400, /sort/);
}, MANY);

test("nobody exports money unseen", async (bench) => {
  const blind = await bench.without("ViewFinancials");
  const answer = await bench.export("", blind);
  assert.equal(tableOf(answer.body)[0]!["monthlyRate"], "");
  assert.doesNotMatch(answer.body, /5500/);
});

onEach(
  "a preview tells each change and saves nothing; the import saves what it told",
  atBench(async ({ db, tenant, ...bench }) => {
    const text = "pfaId,model,forecastEnd,monthlyRate\r\n" +
      'PFA-1,"LR, ""new""",12/31/2026,"6,000.50"\r\nPFA-2,LR 1250,2026-09-15,5500.00\r\n';
    const preview = await bench.import(text, "&preview=true");
    assert.equal(preview.status, 200, JSON.stringify(preview.body));
    assertShape(ImportReport, preview.body);
    assert.deepEqual(preview.body.counts, { changed: 1, unchanged: 1, new: 0, invalid: 0 });
    assert.deepEqual(preview.body.rows, [{
      row: 2,
      pfaId: "PFA-1",
      status: "changed",
      cells: [
        { field: "model", status: "changed", from: "LR 1250", to: 'LR, "new"' },
        {
          field: "forecastEnd",
          status: "changed",
          from: "2026-09-15T00:00:00Z",
          to: "2026-12-31T00:00:00Z",
        },
        { field: "monthlyRate", status: "changed", from: 5500, to: 6000.5 },
      ],
    }]);
    assert.deepEqual([...await draftsOf(db)], []);

    const done = await bench.import(text);
    assertShape(ImportReport, done.body);
    assert.deepEqual(done.body.drafts.map((one: { pfaId: string }) => one.pfaId), ["PFA-1"]);
    const [draft] = await draftsOf(db);
    assert.deepEqual(draft!["changes"].monthlyRate, { from: "5500.00", to: "6000.50" });
    assert.equal((await bench.import(text, "&preview=true")).body.counts.changed, 0);
    const [entry] = await db.owner`
      select user_id, details from audit_entry where event_type = 'IMPORT'`;
    assert.deepEqual(entry, { user_id: tenant.userId, details: { rows: 2, changed: 1 } });
  }),
);

test("an export comes back unchanged, formulas and all", async (bench) => {
  const text = (await bench.export()).body;
  const { body } = await bench.import(text, "&preview=true");
  assert.deepEqual(body.counts, { changed: 0, unchanged: 2, new: 0, invalid: 0 });
  const blind = await bench.without("ViewFinancials", "EditActuals");
  const masked = await bench.import((await bench.export("", blind)).body, "&preview=true", blind);
  assert.deepEqual(masked.body.counts, { changed: 0, unchanged: 2, new: 0, invalid: 0 });
}, {
  "PFA-1": { description: "=1+1" },
  "PFA-2": { description: "'=1", actualStart: "2026-02-01" },
});

test("one bad row keeps the whole file out, and every bad cell is told", async (bench) => {
  const text = [
    "PFA ID,Forecast start,Forecast end,Plan start,dor,model",
    "PFA-1,,2026-02-30,2026-01-01,neither,ok",
    "PFA-2,2026-12-01,2026-11-01,2020-01-01,BEO,ok",
    "PFA-9,2026-12-01,2026-12-02,2026-01-01,BEO,ok",
    "PFA-1,2026-12-01,2026-12-02,2026-01-01,BEO,ok",
    "PFA-3,too,short",
  ].join("\n");
  const { body } = await bench.import(text, "&preview=true");
  assert.deepEqual(body.counts, { changed: 0, unchanged: 0, new: 1, invalid: 4 });
  const told = Object.fromEntries(
    body.rows.map((row: ImportReport["rows"][number]) => [
      row.row,
      row.message ?? row.cells.map(({ field }) => field).join(),
    ]),
  );
  assert.deepEqual(told, {
    2: "forecastStart,forecastEnd,dor",
    3: "originalStart",
    4: "There is no record PFA-9: PEMS makes them",
    5: "PFA-1 is in row 2 already",
    6: "3 cells where the header has 6",
  });
  const refused = await bench.import(text);
  assertProblem(refused, 422, /rows\.2\.dor/);
  assert.deepEqual([...await draftsOf(bench.db)], []);
});

test("a rule of the whole record is judged with the row", async (bench) => {
  const text = "pfaId,forecastStart\nPFA-1,2026-10-01\n";
  const { body } = await bench.import(text, "&preview=true");
  assert.equal(body.rows[0].cells[0].field, "forecastStart");
  assert.equal(body.counts.invalid, 1);
  assertProblem(await bench.import(text), 422, /forecastEnd/);
});

test("the version in the file is what its values were seen at", async (bench) => {
  const text = (await bench.export()).body;
  await mirrored(bench.db, bench.tenant.organizationId, {
    "PFA-1": { model: "from PEMS", version: 2 },
  });
  const changed = text.replace("Crawler crane", "Tower crane");
  const { body } = await bench.import(changed, "&preview=true");
  assert.deepEqual(body.counts, { changed: 1, unchanged: 1, new: 0, invalid: 0 });
  assert.deepEqual(body.rows[0].cells.map(({ field }: { field: string }) => field), [
    "description",
  ]);
});

test("each field needs its permission, and money cannot be found out by trying", async (bench) => {
  const actuals = await bench.without("EditActuals");
  assertProblem(
    await bench.import("pfaId,actualStart\nPFA-1,2026-02-01\n", "", actuals),
    403,
    /EditActuals/,
  );
  const blind = await bench.without("ViewFinancials");
  for (const amount of ["5500", "1"]) {
    const { body } = await bench.import(
      `pfaId,monthlyRate\nPFA-1,${amount}\n`,
      "&preview=true",
      blind,
    );
    assert.equal(body.rows[0].status, "invalid", amount);
    assert.doesNotMatch(JSON.stringify(body), /5500/);
  }
});

test("columns are named by hand, and dates with slashes in the order said", async (bench) => {
  const text = "Nr,What,Until\nPFA-1,crane,1/10/2026\n";
  const guessed = await bench.import(text, "&preview=true");
  assert.deepEqual(guessed.body.columns, [
    { header: "Nr", field: null },
    { header: "What", field: null },
    { header: "Until", field: null },
  ]);
  assertProblem(await bench.import(text), 400, /pfaId/);
  const named = "&columns=pfaId,,forecastEnd&preview=true";
  const { body } = await bench.import(text, `${named}&dates=day`);
  assert.equal(body.rows[0].cells[0].to, "2026-10-01T00:00:00Z");
  assertProblem(await bench.import(text, "&columns=pfaId,pfaId,"), 400, /once/);
  assertProblem(await bench.import(text, "&columns=pfaId,no,"), 400, /no/);
  assertProblem(await bench.import(text, "&columns=pfaId"), 400, /3 columns/);
});

test("what is no CSV, or too much of it, is refused", async (bench) => {
  assertProblem(await bench.import(""), 400, /no rows/);
  assertProblem(await bench.import('pfaId,model\nPFA-1,"open\n'), 400, /no CSV/);
  assertProblem(await bench.import("x".repeat(4 * 1024 * 1024 + 1)), 413);
  const json = await bench.caller.post(
    `/api/pfa-data/import?organizationId=${bench.tenant.organizationId}`,
    {},
  );
  assertProblem(json, 415, /text\/csv/);
});
