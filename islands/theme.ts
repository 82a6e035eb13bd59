/** The theme: kept in a cookie, so that the server writes it into the first byte of the page. */

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = typeof THEMES[number];

export const isTheme = (text: string | undefined): text is Theme =>
  (THEMES as ReadonlyArray<string | undefined>).includes(text);

const YEAR_SECONDS = 31_536_000;

/** The cookie that keeps the choice; not secret, and read by scripts as well. */
export const themeCookie = (theme: Theme): string =>
  `theme=${theme}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax`;
