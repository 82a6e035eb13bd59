/** A secret that is told this once: to be copied, and gone with the dialog. */
import { useSignal } from "@preact/signals";
import { Icon } from "./icons.tsx";

export function Secret({ label, value }: { readonly label: string; readonly value: string }) {
  const said = useSignal("");
  const copy = async () => {
    // Browsers lend the clipboard to secure pages only.
    try {
      await navigator.clipboard.writeText(value);
      said.value = "Copied";
    } catch {
      said.value = "Select it and copy it by hand";
    }
  };
  return (
    <div class="secret">
      <label class="labelled">
        <span>{label}</span>
        <input
          class="mono"
          readOnly
          value={value}
          onFocus={(event) => event.currentTarget.select()}
        />
      </label>
      <button type="button" class="plain" onClick={() => void copy()}>
        <Icon name="check" /> Copy
      </button>
      <p role="status" class="muted">{said.value}</p>
    </div>
  );
}

const LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/** A password that nobody thought of, without letters that look alike: about 92 bits. */
export const madeUpPassword = (): string =>
  Array.from(
    crypto.getRandomValues(new Uint32Array(16)),
    (number) => LETTERS[number % LETTERS.length],
  ).join("");
