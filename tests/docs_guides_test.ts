/** The guides and the diagram say what the product shows: words of screens, badges, keys, states. */
import assert from "node:assert/strict";
import { MODIFICATION_STATUSES } from "../domain/status.ts";
import { blocksOf, boldOf, DOCUMENTS, textOf } from "./documents.ts";

/** The sources of what is on the screens, each run of blanks as one. */
function screens(): string {
  const texts: string[] = [];
  const read = (folder: string) => {
    for (
      const { name, isDirectory } of Deno.readDirSync(new URL(`../${folder}`, import.meta.url))
    ) {
      if (isDirectory) read(`${folder}${name}/`);
      else if (/\.tsx?$/.test(name)) texts.push(textOf(folder + name));
    }
  };
  for (const folder of ["islands/", "app/pages/"]) read(folder);
  for (const name of ["roles", "permissions", "status"]) texts.push(textOf(`domain/${name}.ts`));
  return texts.join("\n").replaceAll(/\s+/g, " ");
}

/** As whole words: `Add` is not shown because `Added` is. */
function isShown(words: string, shown: string): boolean {
  for (let at = shown.indexOf(words); at >= 0; at = shown.indexOf(words, at + 1)) {
    const [before, after] = [shown[at - 1]!, shown[at + words.length]!];
    const begins = !/\w/.test(words[0]!) || !/\w/.test(before);
    if (begins && (!/\w/.test(words.at(-1)!) || !/\w/.test(after))) return true;
  }
  return false;
}

Deno.test("what the guides put in bold is on the screens, word for word", () => {
  const shown = screens();
  for (const guide of ["docs/admin-guide.md", "docs/user-guide.md"]) {
    const words = boldOf(DOCUMENTS.get(guide)!);
    assert.ok(words.length > 60, `${guide}: ${words.length}`);
    for (const word of words) assert.ok(isShown(word, shown), `${guide}: ${word}`);
  }
});

Deno.test("README and the architecture draw the same states, and these are the product's", () => {
  const [drawn] = blocksOf(textOf("README.md"), "mermaid");
  assert.ok(blocksOf(textOf("docs/architecture.md"), "mermaid").includes(drawn!));
  const names = new Set(
    [...drawn!.matchAll(/^ {2}(\w+) --> (\w+)/gm)].flatMap(([, ...two]) => two),
  );
  // Committed is what is queued in the same transaction.
  const states = MODIFICATION_STATUSES.filter((name) => name !== "committed");
  assert.deepEqual([...names].toSorted(), states.toSorted());
});

Deno.test("the guide of planners tells every badge and every key", () => {
  const cells = DOCUMENTS.get("docs/user-guide.md")!.split("\n")
    .map((line) => line.split("|")[1]?.trim());
  const badges = textOf("islands/badge.tsx").split("STATUS_WORDS")[1]!.split("};")[0]!;
  const states = [...badges.matchAll(/: "(\w+)",/g)].map(([, word]) => word!);
  assert.equal(states.length, 10);
  for (const state of states) assert.ok(cells.includes(`**${state}**`), state);
  for (const list of ["grid", "timeline"]) {
    const keys = textOf(`islands/${list}/help.tsx`);
    for (const [, what] of keys.matchAll(/^ {2}\["([^"]+)", \[/gm)) {
      assert.ok(cells.includes(what), `${list}: ${what}`);
    }
  }
});
