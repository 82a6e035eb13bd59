/** Frames of the Postgres wire protocol: cut, joined, and the answer to a startup message. */

const text = new TextEncoder();
const letters = new TextDecoder();

/** A frame's type letter. */
export const type = (frame: Uint8Array): string => String.fromCharCode(frame[0]!);

/** The complete frames at the start of the bytes: a type letter and a length that counts itself. */
export function* frames(bytes: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = 0; start + 5 <= bytes.length;) {
    const end = start + view.getInt32(start + 1) + 1;
    if (end > bytes.length) return;
    yield bytes.subarray(start, end);
    start = end;
  }
}

export function join(parts: ReadonlyArray<Uint8Array>): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The first message of a connection: no type letter, then name and value pairs; undefined while incomplete. */
export function startupParameters(
  bytes: Uint8Array,
): { readonly length: number; readonly parameters: ReadonlyMap<string, string> } | undefined {
  if (bytes.length < 8) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getInt32(0);
  if (bytes.length < length) return undefined;
  const words = letters.decode(bytes.subarray(8, length)).split("\0");
  const parameters = new Map<string, string>();
  for (let at = 0; at + 1 < words.length && words[at] !== ""; at += 2) {
    parameters.set(words[at]!, words[at + 1]!);
  }
  return { length, parameters };
}

/** What a server says to an accepted connection, up to ReadyForQuery. */
export const answerToStartup = (): Uint8Array =>
  join([
    frame("R", new Uint8Array(4)),
    ...Object.entries({
      server_version: "18.6",
      server_encoding: "UTF8",
      client_encoding: "UTF8",
      TimeZone: "UTC",
      integer_datetimes: "on",
      standard_conforming_strings: "on",
      DateStyle: "ISO, MDY",
    }).map(([name, value]) => frame("S", text.encode(`${name}\0${value}\0`))),
    frame("K", new Uint8Array(8)),
    frame("Z", text.encode("I")),
  ]);

/** A frame of that type around the body. */
export function frame(letter: string, body: Uint8Array): Uint8Array {
  const whole = new Uint8Array(5 + body.length);
  whole[0] = letter.charCodeAt(0);
  new DataView(whole.buffer).setInt32(1, body.length + 4);
  whole.set(body, 5);
  return whole;
}
