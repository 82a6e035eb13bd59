/** Icons, drawn on a 16 x 16 grid in the colour of the text around them. Their shapes tell states apart without colour. */

const PATHS = {
  clean: "M4 8h8",
  draft: "M3 13l.8-3L10.6 3.2a1.2 1.2 0 0 1 1.7 0l.5.5a1.2 1.2 0 0 1 0 1.7L6 12.2 3 13z",
  queued: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 5v3.2l2 1.3",
  syncing:
    "M13 6.5A5.2 5.2 0 0 0 3.6 5M3 2.5V5.200h2.700M3 9.500a5.200 5.200 0 0 0 9.400 1.500M13 13.500v-2.700h-2.700",
  retrying: "M3 8a5 5 0 1 0 1.700-3.750M3 2.500v2.700h2.700M8 5.800V8.500",
  waiting: "M5.500 4v8M10.500 4v8",
  unknown: "M6 6.200a2 2 0 1 1 2.900 1.800c-.6.3-.9.7-.9 1.400M8 12v.1",
  synced: "M2.500 8.500l3.300 3.300L13.500 4",
  conflict: "M8 2.500L14 13H2L8 2.500zM8 6.500v3M8 11.200v.1",
  failed: "M5.500 2.500h5L13.500 5.500v5l-3 3h-5l-3-3v-5l3-3zM6 6l4 4M10 6l-4 4",
  stale: "M8 3v6M5 6.500L8 9.500l3-3M3.500 13h9",
  check: "M3 8.500l3.300 3.300L13 4.500",
  close: "M4 4l8 8M12 4l-8 8",
  info: "M8 2.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11zM8 7.500v3M8 5.200v.1",
  alert: "M8 2.500L14 13H2L8 2.500zM8 6.500v3M8 11.200v.1",
  search: "M7 2.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9zM10.400 10.400l3.100 3.100",
  chevron: "M4.500 6.500L8 10l3.500-3.500",
  ascending: "M8 12.500v-9M4.500 7L8 3.500 11.500 7",
  descending: "M8 3.500v9M4.500 9L8 12.500 11.500 9",
  lock: "M4 7.500h8v5.500H4zM5.500 7.500v-2a2.500 2.500 0 0 1 5 0v2",
  send: "M2.500 8L13.500 3l-3 10-3-4.500L2.500 8z",
  grid: "M2.500 3h11v10h-11zM2.500 6.500h11M6.500 6.500V13",
  deck: "M2.500 13.500v-5M6.200 13.500v-9M9.800 13.500v-6.500M13.500 13.500v-11",
  light:
    "M8 5.200a2.800 2.800 0 1 0 0 5.600 2.800 2.800 0 0 0 0-5.600zM8 1.500v1.200M8 13.300v1.200M1.500 8h1.200M13.300 8h1.200M3.400 3.400l.9.9M11.700 11.700l.9.9M12.600 3.400l-.9.9M4.300 11.700l-.9.9",
  dark: "M13 9.600A5.300 5.300 0 0 1 6.400 3a5.300 5.300 0 1 0 6.600 6.600z",
  system: "M2.500 3.500h11v7h-11zM6 13h4M8 10.500V13",
  bell:
    "M8 2a3.800 3.800 0 0 0-3.800 3.800c0 3.700-1.700 4.700-1.700 4.700h11s-1.700-1-1.700-4.700A3.800 3.800 0 0 0 8 2zM6.700 13a1.400 1.400 0 0 0 2.600 0",
  history: "M3 8a5 5 0 1 0 1.700-3.750M3 2.500v2.700h2.700M8 5.300V8l2 1.300",
  letters: "M2.500 4h11v8.500h-11zM2.500 4.500L8 9l5.500-4.500",
  next: "M6.500 4.500L10 8l-3.500 3.500",
  undo: "M3 6.500h6.500a3.200 3.200 0 0 1 0 6.500H6M3 6.500L6 3.500M3 6.500l3 3",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, spin = false }: { readonly name: IconName; readonly spin?: boolean }) {
  return (
    <svg class={spin ? "icon spin" : "icon"} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
