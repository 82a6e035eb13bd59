/** The embedded database's credentials key: made once, kept beside the data, readable by its owner alone. */

/** The keys given, or those kept in the folder: one, or several with commas while they are changed. */
export async function credentialsKeys(
  given: ReadonlyArray<string>,
  dataDir: string,
): Promise<ReadonlyArray<string>> {
  if (given.length > 0) return given;
  const file = `${dataDir}/credentials.key`;
  try {
    return (await Deno.readTextFile(file)).split(",").map((key) => key.trim());
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
  }
  const key = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))));
  await Deno.writeTextFile(file, `${key}\n`, { mode: 0o600, createNew: true });
  return [key];
}
