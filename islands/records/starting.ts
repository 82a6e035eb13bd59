/** The desk at work: records come in, news is heard, and the keys of the whole page are listened to. */
import { type Command, offer } from "../commands.ts";
import { liveOf } from "../live.ts";
import { commit } from "./committing.ts";
import type { Desk } from "./desk.ts";

/**
 * Loads and follows the records; Ctrl+S commits, wherever the focus is.
 * @param commands what else the page can do
 * @returns the way to stop
 */
export function start(desk: Desk, commands: ReadonlyArray<Command>): () => void {
  const stop = liveOf(desk.props.workplace.organizationId).listen(desk.following.hear);
  void desk.loading.all();
  const save = (event: KeyboardEvent) => {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (desk.props.workplace.maySync) void commit(desk);
  };
  /** Leaving while an edit is unanswered would lose it. */
  const warn = (event: BeforeUnloadEvent) => {
    if (desk.saves.saving.peek()) event.preventDefault();
  };
  const commitAll: Command = {
    id: "save",
    label: "Save & Sync my drafts",
    icon: "send",
    keys: "Ctrl+S",
    run: () => void commit(desk),
  };
  const withdraw = offer([...(desk.props.workplace.maySync ? [commitAll] : []), ...commands]);
  document.addEventListener("keydown", save);
  addEventListener("beforeunload", warn);
  return () => {
    stop();
    withdraw();
    document.removeEventListener("keydown", save);
    removeEventListener("beforeunload", warn);
  };
}
