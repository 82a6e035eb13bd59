/** `deno task licences`: every dependency with its licence, and what is known against it. */
import { isAllowed, listPackages, npmCache, type Package, readLock } from "./licences.ts";

const packages = await listPackages(await readLock(), await npmCache());
for (const { name, version, licence, installed } of packages) {
  console.log(`${licence ?? (installed ? "NONE" : "not on this machine")}\t${name} ${version}`);
}
const wrong = packages.filter(({ licence, installed }) => installed && !isAllowed(licence));
console.log(`\n${counted(packages)}`);
for (const { name, licence } of wrong) {
  console.error(`Cannot be used: ${name}, licence ${licence ?? "not named"}`);
}
Deno.exit(await audited() && wrong.length === 0 ? 0 : 1);

function counted(all: ReadonlyArray<Package>): string {
  const here = all.filter(({ installed }) => installed).length;
  return `${all.length} packages, ${here} of them on this machine; the others are of other systems`;
}

/** What the registry's advisories know; false when they know something. Where they cannot be asked, that is said. */
async function audited(): Promise<boolean> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: ["audit"] })
    .output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (code !== 0 && /error sending request|dns error|client error/.test(said)) {
    console.log(
      "Known vulnerabilities: NOT CHECKED, the registry's advisories cannot be reached here",
    );
    return true;
  }
  console.log(said.trim());
  return code === 0;
}
