/** Cells of a CSV file: which field each column is, and what each text means for it. */
import { readDate } from "../domain/dates.ts";
import { FIELD_NAMES, type FieldName, FIELDS, isFieldName, readValue } from "../domain/pfa.ts";
import { asWritten } from "./csv.ts";

/** What a column can be: a field, the record's id, or the version one started from. */
export type Target = FieldName | "pfaId" | "version";

/** In our own exports, and worth nothing on the way back. */
const IGNORED = new Set(["syncstatus"]);

const bare = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
const TARGETS = new Map<string, Target>(
  (["pfaId", "version", ...FIELD_NAMES] as const).map((name) => [bare(name), name]),
);
/** As screens name them, where that is not the field's name with spaces. */
const LABELS: { readonly [label: string]: FieldName } = {
  area: "areaSilo",
  planstart: "originalStart",
  planend: "originalEnd",
  actualized: "isActualized",
  discontinued: "isDiscontinued",
  fundstransferable: "isFundsTransferable",
};

/** The column's target by its header; null: none is meant. */
export const targetOf = (header: string): Target | null => {
  const name = bare(header);
  return IGNORED.has(name) ? null : TARGETS.get(name) ?? LABELS[name] ?? null;
};

export const isTarget = (name: string): name is Target =>
  name === "pfaId" || name === "version" || isFieldName(name);

/** Which comes first in dates with slashes; files do not tell. */
export type DateOrder = "month" | "day";

type Reading = ReturnType<typeof readValue>;

/** Reads a cell as people and spreadsheets write it. */
export function readCell(name: FieldName, cell: string, order: DateOrder): Reading {
  const text = asWritten(cell).trim();
  if (text === "") return readValue(name, null);
  switch (FIELDS[name].kind) {
    case "money":
      return readValue(name, amountOf(text));
    case "date":
      return readValue(name, dayOf(text, order));
    case "choice":
      return readValue(
        name,
        FIELDS[name].choices!.find((one) => one.toLowerCase() === text.toLowerCase()) ?? text,
      );
    case "flag":
      return readValue(name, FLAGS[text.toLowerCase()] ?? text);
    case "text":
      return readValue(name, text);
  }
}

const FLAGS: { readonly [text: string]: boolean } = {
  true: true,
  yes: true,
  "1": true,
  false: false,
  no: false,
  "0": false,
};

/** Thousands only in groups of three: `5,5` is no amount. */
function amountOf(text: string): number | string {
  const plain = /^-?\d{1,3}([, ]\d{3})+(\.\d+)?$/.test(text) ? text.replaceAll(/[, ]/g, "") : text;
  return /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : text;
}

/** ISO, with dots as in Europe, or with slashes in the order given. */
function dayOf(text: string, order: DateOrder): string {
  if (readDate(text) !== undefined) return text;
  const [, one = "", mark, other = "", year] = /^(\d\d?)([./])(\d\d?)\2(\d{4})$/.exec(text) ?? [];
  if (year === undefined) return text;
  const [day, month] = mark === "." || order === "day" ? [one, other] : [other, one];
  return `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
}
