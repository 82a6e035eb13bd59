/** Tables as text: tabs between cells and quotes where needed, as Excel puts them on the clipboard and takes them. */

export type Table = ReadonlyArray<ReadonlyArray<string>>;

/** Reads rows of cells. A cell that begins with a quote ends at the next single one, and may hold tabs and lines. */
export function readTable(text: string): Table {
  const cells = /(?:"((?:[^"]|"")*)"(?=[\t\r\n]|$)|([^\t\r\n]*))(\t|\r\n|\r|\n|$)/gy;
  const table: string[][] = [[]];
  for (;;) {
    const match = cells.exec(text)!;
    table.at(-1)!.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
    if (match[3] === "") break;
    if (match[3] !== "\t") table.push([]);
  }
  // Excel ends every row, the last one too.
  const last = table.at(-1)!;
  if (table.length > 1 && last.length === 1 && last[0] === "") table.pop();
  return table;
}

const quoted = (cell: string): string =>
  /["\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

export const writeTable = (table: Table): string =>
  table.map((row) => row.map(quoted).join("\t")).join("\r\n");
