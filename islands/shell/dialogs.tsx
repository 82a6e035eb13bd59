/** The dialogs every page can open; each is loaded when it is asked for first. */
import { type Signal, useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { asked, close, type DialogName, follow } from "../asked.ts";
import type { FieldMeta, Workplace } from "../field.ts";
import { toast } from "../toasts.tsx";

export interface DialogProps {
  readonly id: string;
  readonly workplace: Workplace;
  readonly fields: ReadonlyArray<FieldMeta>;
}

type Dialog = ComponentType<DialogProps>;

const LOAD: { readonly [name in DialogName]: () => Promise<{ readonly Dialog: Dialog }> } = {
  conflict: () => import("../conflicts/dialog.tsx"),
  record: () => import("../rollback/dialog.tsx"),
};

export function Dialogs({ workplace, fields }: Omit<DialogProps, "id">) {
  const loaded = useSignal<{ readonly [name in DialogName]?: Dialog }>({});
  useEffect(follow, []);
  const dialog = asked.value;
  useEffect(() => {
    if (dialog && !loaded.peek()[dialog.name]) void load(loaded, dialog.name);
  }, [dialog]);
  const Dialog = dialog && loaded.value[dialog.name];
  return Dialog ? <Dialog id={dialog.id} workplace={workplace} fields={fields} /> : null;
}

async function load(
  loaded: Signal<{ readonly [name in DialogName]?: Dialog }>,
  name: DialogName,
): Promise<void> {
  try {
    const { Dialog } = await LOAD[name]();
    loaded.value = { ...loaded.peek(), [name]: Dialog };
  } catch {
    close();
    toast("bad", "The dialog could not be loaded. Is the server reachable?");
  }
}
