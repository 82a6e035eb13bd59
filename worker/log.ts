/** The worker's log, one JSON object per line on standard output as the app's is: ids and words, never secrets or money. */
import { Cause, Layer, Logger, References } from "effect";
import type { Config } from "../domain/config.ts";
import { maskAmounts } from "../domain/money.ts";

const LEVELS = { debug: "Debug", info: "Info", warn: "Warn", error: "Error" } as const;

/** What runs under it logs so, from this level on. */
export const jsonLog = (level: Config["logLevel"]) =>
  Layer.merge(
    Logger.layer([lines]),
    Layer.succeed(References.MinimumLogLevel, LEVELS[level]),
  );

const lines = Logger.make<unknown, void>(({ cause, date, fiber, logLevel, message }) => {
  const parts = Array.isArray(message) ? message : [message];
  const causes = [cause, ...parts.filter(Cause.isCause)].filter(({ reasons }) =>
    reasons.length > 0
  );
  const errors = parts.filter((part) => part instanceof Error);
  const words = parts.filter((part) => !Cause.isCause(part) && !(part instanceof Error));
  const told: Error[] = [...causes.flatMap((one) => Cause.prettyErrors(one)), ...errors];
  const line = {
    at: date.toISOString(),
    level: logLevel.toLowerCase(),
    message: maskAmounts(words.map(String).join(" ")),
    ...fiber.getRef(References.CurrentLogAnnotations),
    // Words of PEMS and of the database may quote an amount; lines of the stack cannot.
    error: told.map(({ message }) => maskAmounts(message)).join("; ") || undefined,
    stack: told[0]?.stack?.split("\n").filter((frame) => /^\s+at /.test(frame)).slice(0, 6)
      .map((frame) => frame.trim()),
  };
  console.log(JSON.stringify(line));
});
