/** Which records the grid shows and in what order; it lives in the URL, so that a link shows the same. */

export interface Shape {
  /** A column's name; empty: by id. */
  readonly sort: string;
  readonly descending: boolean;
  readonly search: string;
  /** A badge status, `attention` for all that need a person, or empty for any. */
  readonly status: string;
  readonly category: string;
}

export const WHOLE: Shape = {
  sort: "",
  descending: false,
  search: "",
  status: "",
  category: "",
};

/** Reads a query such as `?sort=-forecastEnd&q=crane&status=draft`. */
export function readShape(query: { readonly [name: string]: string | undefined }): Shape {
  const sort = query["sort"] ?? "";
  return {
    sort: sort.replace(/^-/, ""),
    descending: sort.startsWith("-"),
    search: query["q"] ?? "",
    status: query["status"] ?? "",
    category: query["category"] ?? "",
  };
}

/** The page's address with the shape in it; other parameters stay. */
export function addressOf(shape: Shape, address: URL): URL {
  const result = new URL(address);
  const parameters = {
    sort: shape.sort && (shape.descending ? "-" : "") + shape.sort,
    q: shape.search,
    status: shape.status,
    category: shape.category,
  };
  for (const [name, value] of Object.entries(parameters)) {
    if (value) result.searchParams.set(name, value);
    else result.searchParams.delete(name);
  }
  return result;
}

/** Ascending, descending, then by id again. */
export function sortedBy(shape: Shape, sort: string): Shape {
  if (shape.sort !== sort) return { ...shape, sort, descending: false };
  return shape.descending
    ? { ...shape, sort: "", descending: false }
    : { ...shape, descending: true };
}

/** Whether anything is left out. */
export const isNarrowed = ({ search, status, category }: Shape): boolean =>
  search !== "" || status !== "" || category !== "";
