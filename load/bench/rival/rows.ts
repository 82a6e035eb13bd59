/** The same records and columns for both grids, made in the page so that no network is measured. */

export interface Column {
  readonly name: string;
  readonly label: string;
  readonly kind: "text" | "choice" | "money" | "date" | "flag";
  /** Pixels. */
  readonly width: number;
  readonly choices?: ReadonlyArray<string>;
}

const text = (name: string, label: string, width = 130): Column => ({
  name,
  label,
  width,
  kind: "text",
});
const date = (name: string, label: string): Column => ({ name, label, width: 120, kind: "date" });
const SOURCES = ["Rental", "Purchase"];

/** Beside the id and the badge: twenty columns in all. */
export const COLUMNS: ReadonlyArray<Column> = [
  text("description", "Description", 240),
  text("areaSilo", "Area"),
  text("category", "Category", 150),
  text("class", "Class"),
  text("manufacturer", "Manufacturer"),
  text("model", "Model"),
  text("contract", "Contract"),
  text("equipment", "Equipment"),
  { name: "source", label: "Source", width: 100, kind: "choice", choices: SOURCES },
  { name: "monthlyRate", label: "Monthly rate", width: 130, kind: "money" },
  { name: "purchasePrice", label: "Purchase price", width: 130, kind: "money" },
  date("originalStart", "Plan start"),
  date("originalEnd", "Plan end"),
  date("forecastStart", "Forecast start"),
  date("forecastEnd", "Forecast end"),
  date("actualStart", "Actual start"),
  { name: "isActualized", label: "Actualized", width: 110, kind: "flag" },
  { name: "isFundsTransferable", label: "Funds transferable", width: 110, kind: "flag" },
];

const CATEGORIES = ["Cranes", "Power Generation", "Welding", "Earthmoving", "Trucks", "Pumps"];
const day = (nth: number) => `2026-${two(1 + nth % 12)}-${two(1 + nth % 28)}`;
const two = (value: number) => String(value).padStart(2, "0");

export interface Made {
  readonly pfaId: string;
  readonly fields: { readonly [name: string]: string | number | boolean | null };
}

export const makeRows = (count: number): ReadonlyArray<Made> =>
  Array.from({ length: count }, (_, nth) => ({
    pfaId: `PFA-${100_000 + nth}`,
    fields: {
      description: `Equipment ${nth} for the pipe rack, area ${nth % 40}`,
      areaSilo: `Area ${nth % 40}`,
      category: CATEGORIES[nth % CATEGORIES.length]!,
      class: `Class ${nth % 12}`,
      manufacturer: `Maker ${nth % 90}`,
      model: `M-${nth % 700}`,
      contract: nth % 3 ? null : `C-${nth % 50}`,
      equipment: `EQ-${nth}`,
      source: SOURCES[nth % 2]!,
      monthlyRate: nth % 2 ? null : 5000 + nth % 900,
      purchasePrice: nth % 2 ? 100_000 + nth : null,
      originalStart: day(nth),
      originalEnd: day(nth + 5),
      forecastStart: day(nth + 1),
      forecastEnd: day(nth + 6),
      actualStart: nth % 4 ? null : day(nth + 2),
      isActualized: nth % 4 === 0,
      isFundsTransferable: nth % 5 === 0,
    },
  }));

/** What the measuring script finds in either page. */
export interface Bench {
  /** Takes the rows and draws the grid into the element. */
  mount(element: HTMLElement, rows: ReadonlyArray<Made>): void;
  /** Each way of changing the badges of the first so many rows; the best counts. */
  readonly badges: { readonly [way: string]: (count: number, status: "queued" | "synced") => void };
  /** What scrolls. */
  scroller(): HTMLElement;
  /** Selects the rows in the DOM, and the badge within one. */
  readonly row: string;
  readonly badge: string;
}

export function offer(bench: Bench): void {
  Object.assign(globalThis, { bench, makeRows });
}
