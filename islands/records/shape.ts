/** Which records and columns the grid shows and in what order; it lives in the URL, so that a link shows the same. */

/** What narrows the records, each by the name it has in the URL; empty: it does not. */
export interface Filters {
  readonly search: string;
  /** A badge status, `attention` for all that need a person. */
  readonly status: string;
  readonly category: string;
  readonly class: string;
  readonly area: string;
  readonly source: string;
  readonly dor: string;
  /** `active`, `actualized` or `discontinued`. */
  readonly state: string;
  /** Days between which the forecast starts, both included. */
  readonly from: string;
  readonly to: string;
}

export interface Shape extends Filters {
  /** A column's name; empty: by id. */
  readonly sort: string;
  readonly descending: boolean;
  /** The column by whose values rows stand together; empty: none. */
  readonly group: string;
  /** The columns on show, in order; empty: all. */
  readonly columns: ReadonlyArray<string>;
  /** Pixels, of columns that are not as wide as usual. */
  readonly widths: { readonly [column: string]: number };
}

const OPEN: Filters = {
  search: "",
  status: "",
  category: "",
  class: "",
  area: "",
  source: "",
  dor: "",
  state: "",
  from: "",
  to: "",
};

export const WHOLE: Shape = {
  ...OPEN,
  sort: "",
  descending: false,
  group: "",
  columns: [],
  widths: {},
};

const NAMES = Object.keys(OPEN) as ReadonlyArray<keyof Filters>;
const parameter = (name: keyof Filters) => name === "search" ? "q" : name;

/** A column is as wide as a few letters, and no wider than a screen. */
export const MIN_WIDTH = 56;
const MAX_WIDTH = 900;
export const fitting = (width: number): number =>
  Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, Math.round(width)));

type Query = { readonly [name: string]: string | undefined };

/** Reads a query such as `?sort=-forecastEnd&q=crane&status=draft&cols=model,dor&widths=model:200`. */
export function readShape(query: Query): Shape {
  const sort = query["sort"] ?? "";
  return {
    ...Object.fromEntries(
      NAMES.map((name) => [name, query[parameter(name)] ?? ""]),
    ) as unknown as Filters,
    sort: sort.replace(/^-/, ""),
    descending: sort.startsWith("-"),
    group: query["group"] ?? "",
    columns: (query["cols"] ?? "").split(",").filter(Boolean),
    widths: Object.fromEntries(
      [...(query["widths"] ?? "").matchAll(/(\w+):(\d{1,4})/g)]
        .map(([, name, width]) => [name, fitting(Number(width))]),
    ),
  };
}

/** The page's address with the shape in it; other parameters stay. */
export function addressOf(shape: Shape, address: URL): URL {
  const result = new URL(address);
  const parameters = {
    ...Object.fromEntries(NAMES.map((name) => [parameter(name), shape[name]])),
    sort: shape.sort && (shape.descending ? "-" : "") + shape.sort,
    group: shape.group,
    cols: shape.columns.join(","),
    widths: Object.entries(shape.widths).map(([name, width]) => `${name}:${width}`).join(","),
  };
  for (const [name, value] of Object.entries(parameters)) {
    if (value) result.searchParams.set(name, value);
    else result.searchParams.delete(name);
  }
  return result;
}

/** The shape alone, as a query: what a saved view keeps. */
export const queryOf = (shape: Shape): string =>
  addressOf(shape, new URL("http://view/")).searchParams.toString();

/** The same records in the same order, asked of the API. */
export const apiQuery = (shape: Shape): { readonly [name: string]: string } => ({
  search: shape.search,
  category: shape.category,
  class: shape.class,
  area: shape.area,
  source: shape.source,
  dor: shape.dor,
  status: shape.state,
  syncStatus: shape.status === "attention" ? "failed,conflict" : shape.status,
  startFrom: shape.from,
  startTo: shape.to,
  // Badges have no order there.
  ...(shape.sort === "" || shape.sort === "sync"
    ? {}
    : { sort: shape.sort, order: shape.descending ? "desc" : "asc" }),
});

/** Ascending, descending, then by id again. */
export function sortedBy(shape: Shape, sort: string): Shape {
  if (shape.sort !== sort) return { ...shape, sort, descending: false };
  return shape.descending
    ? { ...shape, sort: "", descending: false }
    : { ...shape, descending: true };
}

/** Whether anything is left out. */
export const isNarrowed = (shape: Shape): boolean => NAMES.some((name) => shape[name] !== "");

/** Everything again, in the order and the columns there are. */
export const widened = (shape: Shape): Shape => ({ ...shape, ...OPEN });
