/** From where and how near the timeline is looked at; it lives in the URL, beside the shape. */
import { type CivilDate, readDate } from "../../domain/dates.ts";
import { isZoom, onAxis, type Zoom } from "./scale.ts";

export interface Outlook {
  readonly zoom: Zoom;
  /** The day at the left edge; undefined: today stands a quarter into the screen. */
  readonly date: CivilDate | undefined;
}

type Query = { readonly [name: string]: string | undefined };

/** Reads a query such as `?zoom=week&date=2027-01-03`; what it cannot read counts as not given. */
export function readOutlook(query: Query): Outlook {
  const zoom = query["zoom"];
  const date = readDate(query["date"] ?? "");
  return {
    zoom: isZoom(zoom) ? zoom : "month",
    date: date !== undefined && onAxis(date) ? date : undefined,
  };
}

/** The page's address with the outlook in it; other parameters stay. */
export function outlookAddress({ zoom, date }: Outlook, address: URL): URL {
  const result = new URL(address);
  result.searchParams.set("zoom", zoom);
  if (date === undefined) result.searchParams.delete("date");
  else result.searchParams.set("date", date);
  return result;
}
