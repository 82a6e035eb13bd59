/** What a policy would have made of past conflicts: how many, which, and whether people had decided the same. */
import type { PolicyTried } from "../../app/admin_shapes.ts";
import { plural } from "../format.ts";
import { Icon } from "../icons.tsx";
import { Moment } from "../moment.tsx";

type Tried = typeof PolicyTried.Type;
type Item = Tried["items"][number];

const WORDS: { readonly [outcome in Item["outcome"]]: string } = {
  use_local: "Mine",
  use_pems: "PEMS",
  merge: "Some of each",
  manual: "Asked",
};

interface DryRunProps {
  readonly tried: Tried;
  readonly labels: { readonly [field: string]: string };
  /** Of the organization. */
  readonly code: string;
}

export function DryRun({ tried, labels, code }: DryRunProps) {
  const { conflicts, settled, items } = tried;
  if (conflicts === 0) {
    return (
      <p class="nothing">
        <Icon name="info" /> There has been no conflict yet to try it on.
      </p>
    );
  }
  const shown = items.filter(({ outcome }) => outcome !== "manual");
  const agreed = shown.filter(({ outcome, decided }) => outcome === decided).length;
  const people = shown.filter(({ decided }) => decided !== null).length;
  return (
    <div class="dry-run">
      <p>
        <b>{sentence(tried)}</b> Nothing was changed.
        {people > 0 && ` Of ${people} that had been decided, ${agreed} came out the same.`}
      </p>
      {settled > 0 && (
        <div class="table-box" tabIndex={0} role="region" aria-label="What it would have settled">
          <table>
            <thead>
              <tr>
                <th scope="col">Record</th>
                <th scope="col">When</th>
                <th scope="col">Fields</th>
                <th scope="col">By this policy</th>
                <th scope="col">Decided really</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((item) => <Line key={item.conflictId} {...{ item, labels, code }} />)}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

function Line({ item, labels, code }: Omit<DryRunProps, "tried"> & { readonly item: Item }) {
  const { conflictId, pfaId, createdAt, fields, outcome, decided, open } = item;
  const href = `/conflicts?org=${encodeURIComponent(code)}&conflict=${conflictId}`;
  // In the order of the screen, not in that of the answer.
  const named = Object.entries(labels).filter(([name]) => fields.some((one) => one === name))
    .map(([, label]) => label);
  return (
    <tr>
      <th scope="row">
        <a href={href} data-dialog>{pfaId}</a>
      </th>
      <td>
        <Moment at={createdAt} />
      </td>
      <td>{named.join(", ")}</td>
      <td>{WORDS[outcome]}</td>
      <td>{decided !== null ? WORDS[decided] : open ? "not yet" : "PEMS came to agree"}</td>
    </tr>
  );
}

function sentence({ conflicts, settled, useLocal, usePems, merge }: Tried): string {
  const of = `Of the last ${
    plural(conflicts, "conflict")
  } this policy would have settled ${settled}`;
  if (settled === 0) return `${of}.`;
  const parts = [
    useLocal && `${useLocal} mine`,
    usePems && `${usePems} PEMS`,
    merge && `${merge} some of each`,
  ].filter(Boolean);
  return `${of} by itself: ${parts.join(", ")}.`;
}
