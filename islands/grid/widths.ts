/** Widths that a planner gave to columns: rules of one style sheet, so that no cell carries its own. */

let sheet: CSSStyleSheet | undefined;

export function setWidths(widths: { readonly [column: string]: number }): void {
  if (sheet === undefined) {
    sheet = new CSSStyleSheet();
    document.adoptedStyleSheets.push(sheet);
  }
  sheet.replaceSync(
    Object.entries(widths).map(([name, width]) => `.sheet .n-${name}{width:${width}px}`).join(""),
  );
}
