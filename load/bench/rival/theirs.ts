/** AG Grid Community with the same rows and features: its modules for these alone, as its manual recommends. */
import {
  CellStyleModule,
  CheckboxEditorModule,
  ClientSideRowModelApiModule,
  ClientSideRowModelModule,
  type ColDef,
  createGrid,
  CsvExportModule,
  DateEditorModule,
  DateFilterModule,
  type GridApi,
  type ICellRendererParams,
  ModuleRegistry,
  NumberEditorModule,
  NumberFilterModule,
  QuickFilterModule,
  RowApiModule,
  SelectEditorModule,
  TextEditorModule,
  TextFilterModule,
  themeQuartz,
  TooltipModule,
  UndoRedoEditModule,
} from "npm:ag-grid-community@36.2.0";
import { type Column, COLUMNS, offer } from "./rows.ts";

ModuleRegistry.registerModules([
  CellStyleModule,
  CheckboxEditorModule,
  ClientSideRowModelApiModule,
  ClientSideRowModelModule,
  CsvExportModule,
  DateEditorModule,
  DateFilterModule,
  NumberEditorModule,
  NumberFilterModule,
  QuickFilterModule,
  RowApiModule,
  SelectEditorModule,
  TextEditorModule,
  TextFilterModule,
  TooltipModule,
  UndoRedoEditModule,
]);

type Row = { readonly pfaId: string; readonly sync: string; readonly [name: string]: unknown };

const amount = new Intl.NumberFormat("en-US", {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});
const KINDS: { readonly [kind in Column["kind"]]: ColDef<Row> } = {
  text: { filter: "agTextColumnFilter", cellEditor: "agTextCellEditor" },
  choice: { filter: "agTextColumnFilter", cellEditor: "agSelectCellEditor" },
  money: {
    filter: "agNumberColumnFilter",
    cellEditor: "agNumberCellEditor",
    cellStyle: { textAlign: "right" },
    valueFormatter: ({ value }) => value === null ? "" : amount.format(value),
  },
  date: { filter: "agTextColumnFilter", cellEditor: "agDateStringCellEditor" },
  flag: { cellEditor: "agCheckboxCellEditor", valueFormatter: ({ value }) => value ? "Yes" : "No" },
};

/** As an application writes it without a framework: text, shape and colour, like ours. */
function badge({ value }: ICellRendererParams<Row>): HTMLElement {
  const element = document.createElement("span");
  element.className = `badge badge-${value}`;
  element.title = String(value);
  element.innerHTML = '<svg width="14" height="14"><circle cx="7" cy="7" r="5"></circle></svg>';
  element.append(Object.assign(document.createElement("span"), { textContent: value }));
  return element;
}

let api: GridApi<Row>;
let kept: ReadonlyArray<Row> = [];

offer({
  row: ".ag-row",
  badge: ".badge",
  scroller: () => document.querySelector<HTMLElement>(".ag-grid-viewport")!,
  mount: (element, rows) => {
    kept = rows.map(({ pfaId, fields }) => ({ pfaId, sync: "clean", ...fields }));
    api = createGrid<Row>(element, {
      theme: themeQuartz,
      rowData: kept as Row[],
      rowHeight: 34,
      getRowId: ({ data }) => data.pfaId,
      undoRedoCellEditing: true,
      animateRows: false,
      defaultColDef: { editable: true, sortable: true, resizable: true },
      columnDefs: [
        { field: "pfaId", headerName: "Record", width: 120, pinned: "left", editable: false },
        { field: "sync", width: 130, pinned: "left", editable: false, cellRenderer: badge },
        ...COLUMNS.map(({ name, label, kind, width, choices }): ColDef<Row> => ({
          field: name,
          headerName: label,
          width,
          ...KINDS[kind],
          ...(choices && { cellEditorParams: { values: choices } }),
        })),
      ],
    });
  },
  badges: {
    "one transaction": (count, status) => {
      kept = kept.map((row, nth) => nth < count ? { ...row, sync: status } : row);
      api.applyTransaction({ update: kept.slice(0, count) as Row[] });
    },
    "cell by cell": (count, status) => {
      for (const { pfaId } of kept.slice(0, count)) {
        api.getRowNode(pfaId)!.setDataValue("sync", status);
      }
    },
  },
});
