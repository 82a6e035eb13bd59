/** The documents of the repository as Markdown: their links, headings, and what they say in code. */

const root = new URL("../", import.meta.url);

/** The text of a file of the repository. */
export const textOf = (path: string): string => Deno.readTextFileSync(new URL(path, root));

/** Whether it is a file or a folder of the repository. */
export function isThere(path: string): boolean {
  try {
    Deno.statSync(new URL(path, root));
    return true;
  } catch {
    return false;
  }
}

const markdownIn = (folder: string): ReadonlyArray<string> =>
  Deno.readDirSync(new URL(folder, root)).map(({ name }) => folder + name)
    .filter((path) => path.endsWith(".md")).toArray();

/** Every document that people read, by its path. */
export const DOCUMENTS: ReadonlyMap<string, string> = new Map(
  [...markdownIn("./"), ...markdownIn("docs/"), ...markdownIn("ops/runbooks/")]
    .map((path) => path.replace("./", "")).toSorted()
    .map((path) => [path, textOf(path)]),
);

const BLOCKS = /^```(\w*)\n(.*?)^```/gms;

/** The text without its blocks of code. */
export const prose = (text: string): string => text.replaceAll(BLOCKS, "");

/** What stands in backticks, on one line each. */
export const inlineOf = (text: string): ReadonlyArray<string> =>
  [...prose(text).matchAll(/`([^`]+)`/g)].map(([, code]) => code!.replaceAll(/\s+/g, " "));

/** The blocks of code in a language. */
export const blocksOf = (text: string, language: string): ReadonlyArray<string> =>
  [...text.matchAll(BLOCKS)].filter(([, name]) => name === language).map(([, , code]) => code!);

/** Where the links and pictures lead, as they are written. */
export const linksOf = (text: string): ReadonlyArray<string> =>
  [...prose(text).replaceAll(/`[^`]+`/g, "").matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!);

/** The words in bold; in the guides they are those of the screens. */
export const boldOf = (text: string): ReadonlyArray<string> =>
  [...prose(text).matchAll(/\*\*([^*]+)\*\*/g)].map(([, words]) => words!.replaceAll(/\s+/g, " "));

/** The anchors of its headings, as GitHub makes them. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading] of prose(text).matchAll(/^#+ (.+)$/gm)) {
    const plain = heading!.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").trim()
      .replaceAll(/\s/g, "-");
    let anchor = plain;
    for (let nth = 1; anchors.has(anchor); nth++) anchor = `${plain}-${nth}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** The commands of a block for the shell, one by one, without what is only said about them. */
export const commandsOf = (block: string): ReadonlyArray<string> =>
  block.replaceAll(/\\\n\s*/g, " ").split("\n")
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .flatMap((line) => [line, ...[...line.matchAll(/\$\(([^)]*)\)/g)].map(([, inner]) => inner!)])
    .flatMap((line) => quoteless(line).split(/\s*(?:\|\||&&|[|;&])\s*/))
    .map((command) => command.replace(/^(?:do|then|else) /, "").trim())
    .filter((command) => command !== "");

/** A separator within quotes separates nothing. */
const quoteless = (line: string): string => line.replaceAll(/'[^']*'|"[^"]*"/g, "…");
