/** What a CSV file would change, row by row and cell by cell: pure, so that a preview tells what the import does. */
import type { Basis } from "../db/drafts.ts";
import { applied, type Edits, sameValue } from "../domain/delta.ts";
import { type FieldName, FIELDS, type FieldValue, type Pfa, wireValue } from "../domain/pfa.ts";
import { permissionsToEdit } from "../domain/permissions.ts";
import { captureEdit } from "./capture.ts";
import type { ReadEdit } from "./edit.ts";
import type { Membership } from "./env.ts";
import { type DateOrder, readCell, type Target } from "./import_cells.ts";
import type { ImportRow } from "./import_shapes.ts";

/** A row of the file under its columns. */
export interface FileRow {
  /** As spreadsheets count: the header is row 1. */
  readonly row: number;
  readonly pfaId: string;
  readonly version: string | undefined;
  readonly cells: ReadonlyArray<readonly [FieldName, string]>;
  /** Why it cannot be read at all. */
  readonly message?: string;
}

/** The rows under their columns; one record twice, or a row of another length, cannot be used. */
export function fileRows(
  table: ReadonlyArray<ReadonlyArray<string>>,
  columns: ReadonlyArray<Target | null>,
): ReadonlyArray<FileRow> {
  const rowOf = new Map<string, number>();
  return table.map((texts, nth) => {
    const row = nth + 2;
    const by = new Map(columns.map((target, column) => [target, texts[column] ?? ""]));
    const pfaId = by.get("pfaId")?.trim() ?? "";
    const message = texts.length !== columns.length
      ? `${texts.length} cells where the header has ${columns.length}`
      : pfaId === ""
      ? "The record's id is missing"
      : rowOf.has(pfaId)
      ? `${pfaId} is in row ${rowOf.get(pfaId)} already`
      : undefined;
    if (!rowOf.has(pfaId)) rowOf.set(pfaId, row);
    const cells = [...by].filter((cell): cell is [FieldName, string] =>
      cell[0] !== null && cell[0] !== "pfaId" && cell[0] !== "version"
    );
    return { row, pfaId, version: by.get("version")?.trim(), cells, ...(message && { message }) };
  });
}

export interface Judged {
  readonly report: ImportRow;
  /** What a changed row saves. */
  readonly edit: ReadEdit | undefined;
}

export interface Judging {
  readonly organization: Membership;
  readonly order: DateOrder;
}

type Cell = ImportRow["cells"][number];

/** What the row does to the record as its user sees it. */
export function judgeRow(file: FileRow, basis: Basis | undefined, judging: Judging): Judged {
  const { row, pfaId, message } = file;
  const refused = (status: "invalid" | "new", message: string): Judged => ({
    report: { row, pfaId, status, message, cells: [] },
    edit: undefined,
  });
  if (message !== undefined) return refused("invalid", message);
  if (basis === undefined) {
    return refused("new", `There is no record ${pfaId.slice(0, 200)}: PEMS makes them`);
  }
  const before = applied(basis.record, basis.draft?.changes ?? {});
  const { edits, invalid } = readRow(file, [before, basis.earlier ?? before], judging);
  if (invalid.length > 0) {
    return { report: { row, pfaId, status: "invalid", cells: invalid }, edit: undefined };
  }
  if (Object.keys(edits).length === 0) {
    return { report: { row, pfaId, status: "unchanged", cells: [] }, edit: undefined };
  }
  const baseVersion = readVersion(file.version);
  if (Number.isNaN(baseVersion)) return refused("invalid", `${file.version} is no version`);
  const edit: ReadEdit = {
    pfaId,
    path: "",
    operation: "UPDATE",
    edits,
    seen: {},
    baseVersion,
    changeReason: null,
  };
  const captured = captureEdit(basis, basis.draft, edit);
  if (captured._tag === "Deleted") return refused("invalid", "Your own draft deletes this record");
  if (captured._tag === "Broken") {
    const cells = captured.errors.map(({ path, message }) =>
      invalidCell(path.split(".").at(-1)!, message)
    );
    return { report: { row, pfaId, status: "invalid", cells }, edit: undefined };
  }
  const after = captured._tag === "Drafted"
    ? applied(basis.record, captured.draft.changes)
    : basis.record;
  const cells = (Object.keys(edits) as FieldName[])
    .filter((name) => !sameValue(name, before[name], after[name]))
    .map((name): Cell => ({
      field: name,
      status: "changed",
      from: wireValue(name, before[name]),
      to: wireValue(name, after[name]),
    }));
  const status = cells.length === 0 ? "unchanged" : "changed";
  return { report: { row, pfaId, status, cells }, edit: cells.length === 0 ? undefined : edit };
}

/** Null where the file does not say, NaN for what is none. */
export const readVersion = (text = ""): number | null =>
  text === "" ? null : /^[1-9]\d{0,8}$/.test(text) ? Number(text) : NaN;

const invalidCell = (field: string, message: string): Cell => ({
  field,
  status: "invalid",
  from: null,
  to: null,
  message,
});

/** The edits that the row's cells ask for; a cell of a field one may not edit must be as it is, or was seen. */
function readRow(
  { cells }: FileRow,
  known: ReadonlyArray<Pfa>,
  { organization, order }: Judging,
): { readonly edits: Edits; readonly invalid: ReadonlyArray<Cell> } {
  const edits: { [name in FieldName]?: FieldValue } = {};
  const invalid: Cell[] = [];
  for (const [name, text] of cells) {
    const locked = lockOf(name, organization);
    // What may not be seen is exported as nothing, and must not be found out by trying.
    const hidden = FIELDS[name].kind === "money" && locked !== undefined &&
      !organization.permissions.includes("ViewFinancials");
    if (hidden && text.trim() === "") continue;
    const reading = readCell(name, text, order);
    const same = !hidden && "value" in reading &&
      known.some((record) => sameValue(name, record[name], reading.value));
    if (locked === undefined) {
      if ("value" in reading) edits[name] = reading.value;
      else invalid.push(invalidCell(name, reading.message));
    } else if (!same) invalid.push(invalidCell(name, locked));
  }
  return { edits, invalid };
}

function lockOf(name: FieldName, { permissions, code }: Membership): string | undefined {
  const needs = permissionsToEdit(name);
  if (needs === undefined) return `${name} cannot be changed here`;
  const missing = needs.filter((permission) => !permissions.includes(permission));
  return missing.length === 0
    ? undefined
    : `You need the permission ${missing.join(" and ")} in ${code} to edit ${name}`;
}
