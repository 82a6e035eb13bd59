/** CSV as spreadsheets open it: cells that would run as formulas are defused, and read back as they were. */
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";

/** Spreadsheets run a cell that begins so. */
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/;
/** A number runs nothing, be it negative. */
const NUMBER = /^[+-]?\d+(\.\d+)?$/;

/** The text with an apostrophe before it where it could run. */
export const defused = (text: string): string =>
  FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;

/** The text as it was before it was defused. */
export const asWritten = (cell: string): string =>
  cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;

export type CsvValue = string | number | boolean | null;

/** Lines of a file, each with its end. */
export const csvLines = (rows: ReadonlyArray<ReadonlyArray<CsvValue>>): string =>
  stringify(
    rows.map((row) => row.map((value) => typeof value === "string" ? defused(value) : value)),
    { record_delimiter: "windows", cast: { boolean: String } },
  );

/** Tells Excel that the file is UTF-8. */
export const BYTE_ORDER_MARK = "\ufeff";

/** Rows of cells, as many in each as it has. Throws an Error that says where the quotes are wrong. */
export function readCsv(text: string): ReadonlyArray<ReadonlyArray<string>> {
  return parse(text, {
    bom: true,
    delimiter: delimiterOf(text),
    relax_column_count: true,
    skip_empty_lines: true,
  }) as string[][];
}

/** Excel separates by semicolons where commas are decimal, and by tabs when asked to. */
function delimiterOf(text: string): string {
  const [header = ""] = text.split(/\r\n|\r|\n/, 1);
  const bare = header.replaceAll(/"[^"]*"/g, "");
  const counted = [",", ";", "\t"].map((one) => [bare.split(one).length, one] as const);
  return counted.reduce((most, one) => one[0] > most[0] ? one : most)[1];
}
