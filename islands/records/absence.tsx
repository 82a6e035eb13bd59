/** What stands in the records' place while there are none. */
import type { Desk } from "./desk.ts";
import { isNarrowed, widened } from "./shape.ts";

export function Absence({ desk }: { readonly desk: Desk }) {
  const { state, message } = desk.loading;
  if (desk.view.rows.value.length > 0 && state.value !== "failed") return null;
  if (state.value === "failed") {
    return (
      <div class="absence" role="alert">
        <p>The records could not be loaded. {message}</p>
        <button type="button" class="primary" onClick={() => void desk.loading.all()}>
          Try again
        </button>
      </div>
    );
  }
  if (state.value === "loading") return <div class="skeleton" aria-hidden="true" />;
  const narrowed = isNarrowed(desk.view.shape.value);
  return (
    <div class="absence">
      <p>{narrowed ? "No record matches." : "This organization has no records yet."}</p>
      {narrowed && (
        <button
          type="button"
          class="plain"
          onClick={() => desk.view.reshape(widened(desk.view.shape.peek()))}
        >
          Show all records
        </button>
      )}
    </div>
  );
}
