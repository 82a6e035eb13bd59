/** An answer that is a CSV file, page by page: however long it is, little of it is held. */
import type { Context } from "hono";
import type { AppEnv } from "./env.ts";

/**
 * @param name of the file, without its ending; whatever a file system might mind is replaced
 * @param pages texts of whole lines; what the first throws is answered as any other refusal
 */
export async function csvAnswer(
  c: Context<AppEnv>,
  name: string,
  pages: AsyncGenerator<string>,
): Promise<Response> {
  // What cannot be read at all is refused before a byte has gone.
  const first = await pages.next();
  return c.body(streamed(first.value as string, pages), 200, {
    "content-type": "text/csv; charset=utf-8",
    "content-disposition": `attachment; filename="${name.replaceAll(/[^A-Za-z0-9-]/g, "_")}.csv"`,
    "cache-control": "no-store",
  });
}

/** Pulled by the reader, so that no page is read before there is room for it. */
function streamed(first: string, rest: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start: (controller) => controller.enqueue(encoder.encode(first)),
    pull: async (controller) => {
      const { done, value } = await rest.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: async () => void await rest.return(undefined),
  }, { highWaterMark: 1 });
}
