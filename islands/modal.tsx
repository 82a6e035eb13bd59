/** A modal dialog: the platform's, with a title and a way out; Esc and the backdrop close it. */
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "./icons.tsx";

interface ModalProps {
  readonly title: ComponentChildren;
  /** After the title, in its line. */
  readonly aside?: ComponentChildren;
  readonly size: "wide" | "small";
  readonly close: () => void;
  readonly children: ComponentChildren;
}

export function Modal({ title, aside, size, close, children }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  // One modal may open over another.
  const name = useId();
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current!.showModal();
    // Readers begin with the title, not with whatever can be pressed first.
    dialog.current!.querySelector("h2")!.focus();
    return () => before instanceof HTMLElement && before.isConnected && before.focus();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={`modal modal-${size}`}
      aria-labelledby={name}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClick={(event) => event.target === dialog.current && close()}
    >
      <div class="modal-frame">
        <header>
          <h2 id={name} tabIndex={-1}>{title}</h2>
          {aside}
          <button type="button" class="icon-button" aria-label="Close" onClick={close}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
