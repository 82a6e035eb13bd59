/** Shapes of the health routes. */
import { Schema } from "effect";
import { Instant } from "./shape.ts";

export const Up = Schema.Struct({ status: Schema.Literal("ok") }).annotate({ identifier: "Up" });
export const Ready = Schema.Struct({
  status: Schema.Literal("ready"),
  /** Null: no worker has ever been seen. */
  workerLastSeen: Schema.NullOr(Instant),
}).annotate({ identifier: "Ready" });
