/** The mixed day for as long as it is asked to last; the runner looks at memory before and after. Run by k6. */
export { dashboard, handleSummary, options, setup, teardown, work } from "./day.ts";
