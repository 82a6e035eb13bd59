/** An instant: in UTC while the server draws it, in the reader's zone once the island is awake. */
import { useEffect, useState } from "preact/hooks";
import { localTime, utcTime } from "./format.ts";

export function Moment({ at }: { readonly at: string }) {
  const [awake, setAwake] = useState(false);
  useEffect(() => setAwake(true), []);
  return <time dateTime={at}>{awake ? localTime(at) : utcTime(at)}</time>;
}
