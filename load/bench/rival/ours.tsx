/** GridLab's sheet, with rows that are in the page already. */
import { h, render } from "preact";
import type { FieldMeta } from "../../../islands/field.ts";
import { GridState } from "../../../islands/grid/state.ts";
import { Sheet } from "../../../islands/grid/sheet.tsx";
import type { PfaView } from "../../../islands/record.ts";
import type { DeskProps } from "../../../islands/records/desk.ts";
import { WHOLE } from "../../../islands/records/shape.ts";
import { COLUMNS, offer } from "./rows.ts";

const fields = COLUMNS.map(({ name, label, kind, choices }) => ({
  name,
  label,
  kind,
  nullable: true,
  ...(choices && { choices }),
})) as unknown as ReadonlyArray<FieldMeta>;

const props: DeskProps = {
  fields,
  shape: {
    ...WHOLE,
    widths: Object.fromEntries(COLUMNS.map(({ name, width }) => [name, width])),
  },
  workplace: {
    organizationId: "",
    organizationCode: "",
    organizationName: "Bench",
    mayEdit: true,
    mayDelete: true,
    maySync: true,
    mayManage: true,
    mayExport: true,
    mayImport: true,
  },
};

let grid: GridState;

offer({
  row: ".rows .row",
  badge: ".rows .badge",
  scroller: () => document.querySelector<HTMLElement>(".sheet")!,
  mount: (element, rows) => {
    grid = new GridState(props);
    const views = rows.map(({ pfaId, fields }) => ({
      pfaId,
      organizationCode: "",
      version: 1,
      data: fields,
      baseline: {},
      sync: { status: "clean" },
    })) as unknown as ReadonlyArray<PfaView>;
    // As on the page: the sheet is there when the records come.
    render(h(Sheet, { grid }), element);
    grid.records.take(views, 0, (row) => grid.saves.unsaved(row));
    grid.loading.state.value = "done";
  },
  badges: {
    "message by message": (count, status) => {
      for (let row = 0; row < count; row++) {
        grid.following.hear({
          type: status === "queued" ? "SYNC_RETRYING" : "SYNC_PROCESSING",
          seq: "",
          organizationId: "",
          at: "",
          pfaId: grid.records.ids[row]!,
          modificationId: undefined as never,
          sync: { status },
        });
      }
    },
  },
});
