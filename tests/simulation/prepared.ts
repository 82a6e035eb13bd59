/** Statements that one program has prepared serve the next ones as well: parsing and planning took a third of a seed. */
import { frame, frames, join, type } from "../../db/frames.ts";

const bytes = new TextEncoder();
const words = new TextDecoder();

/** Parses nothing, and is answered as a statement is. */
const NOTHING = frame("P", bytes.encode("\0\0\0\0"));

/** What one connection says and hears, with the statements of others in place of its own. */
export interface Dialogue {
  readonly said: (chunk: Uint8Array) => Uint8Array;
  readonly heard: (reply: Uint8Array) => void;
}

/** The statements of one session; what is prepared under a role serves that role. */
export class Prepared {
  readonly #names = new Map<string, string>();
  #count = 0;

  dialogue(role: () => string): Dialogue {
    const own = new Map<string, string>();
    /** Asked for, not yet answered. */
    let asked = new Map<string, string>();
    const rewritten = (message: Uint8Array): Uint8Array => {
      switch (type(message)) {
        case "P": {
          const name = wordAt(message, 5);
          if (name === "") return message;
          const rest = message.subarray(5 + name.length + 1);
          const key = `${role()} ${words.decode(rest)}`;
          const known = this.#names.get(key) ?? asked.get(key);
          own.set(name, known ?? `shared${++this.#count}`);
          if (known !== undefined) return NOTHING;
          asked.set(key, own.get(name)!);
          return frame("P", join([bytes.encode(`${own.get(name)}\0`), rest]));
        }
        case "D":
          return renamed(message, 6, own);
        case "B":
          return renamed(message, 5 + wordAt(message, 5).length + 1, own);
        default:
          return message;
      }
    };
    return {
      said: (chunk) => join([...frames(chunk)].map(rewritten)),
      heard: (reply) => {
        for (const message of frames(reply)) {
          // What stood behind the error was not read.
          if (type(message) === "E") asked = new Map();
          if (type(message) !== "Z") continue;
          for (const [key, name] of asked) this.#names.set(key, name);
          asked = new Map();
        }
      },
    };
  }
}

/** The zero-terminated word that begins there; names are ASCII. */
function wordAt(message: Uint8Array, start: number): string {
  return words.decode(message.subarray(start, message.indexOf(0, start)));
}

function renamed(
  message: Uint8Array,
  start: number,
  names: ReadonlyMap<string, string>,
): Uint8Array {
  const name = wordAt(message, start);
  const other = names.get(name);
  if (other === undefined) return message;
  const parts = [
    message.subarray(5, start),
    bytes.encode(other),
    message.subarray(start + name.length),
  ];
  return frame(type(message), join(parts));
}
