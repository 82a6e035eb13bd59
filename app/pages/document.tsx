/** The HTML document around every page: head, styles, the scripts of its islands, the theme. */
import type { ComponentChildren } from "preact";
import { renderToString } from "preact-render-to-string";
import type { Theme } from "../../islands/theme.ts";
import type { Assets } from "../assets.ts";

export interface PageHead {
  readonly title: string;
  readonly theme: Theme;
  readonly nonce: string | undefined;
  /** The islands on the page: their scripts load while the HTML is still being read. */
  readonly islands: ReadonlyArray<string>;
  /** An API answer the islands ask for first: it is under way before they wake. */
  readonly early?: string;
}

const MARK = "data:image/svg+xml," + encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#2c4fd8"/><path d="M9 9.500l7 13.500 7-13.500" fill="none" stroke="#fff" stroke-width="3.500" stroke-linecap="round" stroke-linejoin="round"/></svg>`,
);

/** The whole document as text. */
export function documentOf(assets: Assets, head: PageHead, body: ComponentChildren): string {
  const scripts = new Set(["client", ...head.islands].flatMap((entry) => assets.preloads(entry)));
  return "<!doctype html>" + renderToString(
    <html lang="en" data-theme={head.theme}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${head.title} · PFA Vanguard`}</title>
        <link rel="icon" href={MARK} />
        <link rel="stylesheet" href={assets.css} />
        {assets.fonts.map((font) => (
          <link rel="preload" as="font" type="font/woff2" href={font} crossorigin="anonymous" />
        ))}
        {[...scripts].map((script) => <link key={script} rel="modulepreload" href={script} />)}
        {head.early && <link rel="preload" as="fetch" href={head.early} crossorigin="anonymous" />}
        <script type="module" src={assets.url("client")} nonce={head.nonce}></script>
      </head>
      <body>{body}</body>
    </html>,
  );
}
