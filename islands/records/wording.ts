/** Puts the server's messages, which name fields as the API does, into the words of the screen. */
import type { FieldMeta } from "../field.ts";

/** `forecastEnd 2026-01-02 must not be ...` as `Forecast end 2026-01-02 must not be ...`. */
export const inWords = (message: string, fields: ReadonlyArray<FieldMeta>): string =>
  message.replace(
    /\b[a-z]+(?:[A-Z][a-z]+)+\b/g,
    (name) => fields.find((field) => field.name === name)?.label ?? name,
  );
