/** What was typed and not saved: asked about before the page goes. A form tells by `data-touched`. */
import { useEffect } from "preact/hooks";

/** For a form's `ref`: whatever is typed into it is unsaved until the form is gone or `settle`d. */
export function noteTyping(form: HTMLFormElement | null): void {
  if (form !== null) form.oninput = () => form.dataset["touched"] = "";
}

export const settle = (form: HTMLFormElement): void => form.removeAttribute("data-touched");

export function useUnsavedGuard(): void {
  useEffect(() => {
    const on = new AbortController();
    addEventListener("beforeunload", (event) => {
      if (document.querySelector("form[data-touched]")) event.preventDefault();
    }, on);
    return () => on.abort();
  }, []);
}
