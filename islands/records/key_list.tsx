/** A window that lists what keys do. */
import { Window } from "./window.tsx";

export type Keys = ReadonlyArray<readonly [what: string, keys: ReadonlyArray<string>]>;

interface KeyListProps {
  readonly keys: Keys;
  readonly close: () => void;
}

export const KeyList = ({ keys, close }: KeyListProps) => (
  <Window title="Keyboard shortcuts" close={close}>
    <dl class="keys">
      {keys.map(([what, keys]) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd>{keys.map((key) => [<kbd key={key}>{key}</kbd>, " "])}</dd>
        </div>
      ))}
    </dl>
  </Window>
);
