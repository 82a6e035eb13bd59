/** Timeline: plan, forecast and actual of an organization's records as bars, live, virtualised, moved by hand or by key. */
import { useEffect, useState } from "preact/hooks";
import type { Command } from "../commands.ts";
import { plural } from "../format.ts";
import { Absence } from "../records/absence.tsx";
import { commit } from "../records/committing.ts";
import { StatusBar } from "../records/controls.tsx";
import { Details } from "../records/details.tsx";
import { start } from "../records/starting.ts";
import { Costs } from "./costs.tsx";
import { Dates } from "./dates.tsx";
import { DragNote } from "./drag_note.tsx";
import { Help } from "./help.tsx";
import { Plane } from "./plane.tsx";
import { type TimelineProps, TimelineState } from "./state.ts";
import { Toolbar, ViewBar } from "./toolbar.tsx";

function Timeline(props: TimelineProps) {
  const [chart] = useState(() => new TimelineState(props));
  useEffect(() => start(chart, commandsOf(chart)), []);
  return (
    <>
      <h1 class="visually-hidden">Timeline</h1>
      <Toolbar chart={chart} commit={() => void commit(chart)} />
      <ViewBar chart={chart} />
      <Plane chart={chart} />
      <Absence desk={chart} />
      <Below chart={chart} />
      <DragNote chart={chart} />
      <OpenWindow chart={chart} />
      <Details desk={chart} commit={(modificationIds) => void commit(chart, modificationIds)} />
    </>
  );
}
export { Timeline as island };

/** For the command palette. */
const commandsOf = ({ window }: TimelineState): ReadonlyArray<Command> => [
  {
    id: "help",
    label: "Keyboard shortcuts",
    icon: "keyboard",
    keys: "?",
    run: () => window.value = "help",
  },
];

const WINDOWS = { help: Help, dates: Dates, costs: Costs };

function OpenWindow({ chart }: { readonly chart: TimelineState }) {
  const open = chart.window.value;
  if (open === undefined) return null;
  const Content = WINDOWS[open];
  return <Content chart={chart} close={() => chart.window.value = undefined} />;
}

/** Drawn again by itself while a selection grows. */
function Below({ chart }: { readonly chart: TimelineState }) {
  const picked = chart.picked.value.size;
  return (
    <StatusBar
      selected={picked > 1 ? `${plural(picked, "record")} selected` : undefined}
      said={chart.said.value}
      help={() => chart.window.value = "help"}
    />
  );
}
