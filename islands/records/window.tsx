/** A dialog over the page: modal, closed by Esc or its button; the focus returns to where it was. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "../icons.tsx";

interface WindowProps {
  readonly title: string;
  readonly close: () => void;
  readonly children: ComponentChildren;
}

export function Window({ title, close, children }: WindowProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    const shown = dialog.current!;
    shown.showModal();
    return () => {
      // While it is open nothing behind it takes the focus.
      shown.close();
      before?.focus({ preventScroll: true });
    };
  }, []);
  return (
    <dialog ref={dialog} class="window" aria-label={title} onClose={close}>
      <header>
        <h2>{title}</h2>
        <button
          type="button"
          class="icon-button"
          aria-label="Close"
          onClick={() => dialog.current!.close()}
        >
          <Icon name="close" />
        </button>
      </header>
      <section>{children}</section>
    </dialog>
  );
}
