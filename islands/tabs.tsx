/** Sections of a page, each with an address of its own: links, so that they work without scripts and can be sent. */

export interface Tab {
  readonly name: string;
  readonly href: string;
  readonly here: boolean;
}

interface TabsProps {
  readonly tabs: ReadonlyArray<Tab>;
  /** Of the navigation. */
  readonly label: string;
}

export const Tabs = ({ tabs, label }: TabsProps) => (
  <nav class="segments tabs" aria-label={label}>
    {tabs.map(({ name, href, here }) => (
      <a key={href} href={href} aria-current={here ? "page" : undefined}>{name}</a>
    ))}
  </nav>
);
