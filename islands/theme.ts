/** The theme: kept in a cookie, so that the server writes it into the first byte of the page. */

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = typeof THEMES[number];

export const isTheme = (text: string | undefined): text is Theme =>
  (THEMES as ReadonlyArray<string | undefined>).includes(text);

const YEAR_SECONDS = 31_536_000;

/** The cookie that keeps the choice; not secret, and read by scripts as well. */
export const themeCookie = (theme: Theme): string =>
  `theme=${theme}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax`;

/** Light and dark in turn, seen from what shows now. In the browser only. */
export const nextTheme = (): "light" | "dark" => {
  const theme = document.documentElement.dataset["theme"];
  const dark = theme === "dark" ||
    theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches;
  return dark ? "light" : "dark";
};

/** Shows the theme, keeps it, and lets the menu's buttons tell it. In the browser only. */
export function setTheme(theme: Theme): void {
  document.cookie = themeCookie(theme);
  document.documentElement.dataset["theme"] = theme;
  for (const button of document.querySelectorAll("form[data-theme-form] button")) {
    button.setAttribute("aria-pressed", String((button as HTMLButtonElement).value === theme));
  }
}
