/** What a modification changes, field by field. */
import type { Item } from "../details/job.ts";
import type { FieldMeta } from "../field.ts";
import { written } from "../format.ts";
import { plainValue, type Value } from "../record.ts";

export function Changes({ item, fields }: {
  readonly item: Pick<Item, "operation" | "changes">;
  readonly fields: ReadonlyArray<FieldMeta>;
}) {
  if (item.operation === "DELETE") return <p>Deletes the record</p>;
  return (
    <dl class="differences">
      {Object.entries(item.changes).map(([name, { from, to }]) => {
        const field = fields.find((one) => one.name === name);
        const text = (value: unknown) =>
          field ? written(field.kind, plainValue(value as Value)) || "nothing" : "hidden";
        return (
          <div key={name}>
            <dt>{field?.label ?? "An amount you may not see"}</dt>
            <dd>
              <del>{text(from)}</del> <ins>{text(to)}</ins>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
