/** What would come of it: how many change, what it costs, which records are left alone and why, the first changes. */
import type { BulkReport } from "../../../app/bulk_shapes.ts";
import { count, money, plural, written } from "../../format.ts";
import { inWords } from "../../records/wording.ts";
import { Icon } from "../../icons.tsx";
import { plainValue } from "../../record.ts";
import type { Plan } from "./plan.ts";

type Effect = NonNullable<BulkReport["effect"]>;
type Group = BulkReport["leftAlone"][number];

const REASONS: { readonly [reason in Group["reason"]]: string } = {
  rule: "Would break a rule",
  unreadable: "Value out of range",
  conflict: "Conflict to be decided",
  own_draft: "Own draft",
  discontinued: "Discontinued",
  not_applicable: "Does not apply",
  unchanged: "Nothing to change",
  unknown: "No such record",
};

export function Preview({ plan }: { readonly plan: Plan }) {
  const report = plan.report.value;
  return (
    <section class="bulk-part bulk-preview" aria-labelledby="bulk-preview">
      <h3 id="bulk-preview">Preview</h3>
      {plan.problem.value && (
        <p class="problem" role="alert">{inWords(plan.problem.value, plan.fields)}</p>
      )}
      <p role="status">{report ? <Sentence report={report} /> : waiting(plan)}</p>
      {report && report.changed > 0 && report.effect && (
        <Costs effect={report.effect} byCategory={report.byCategory} />
      )}
      {report && report.leftAlone.length > 0 && <LeftAlone plan={plan} report={report} />}
      {report && report.changed > 0 && <Changes plan={plan} report={report} />}
    </section>
  );
}

function waiting(plan: Plan): string {
  if (plan.problem.value) return "";
  if (plan.busy.value === "asking") return "Working it out…";
  return plan.count.value === undefined ? "Choose records first." : "Say what is to change.";
}

function Sentence({ report: { matched, changed, leftAlone } }: { readonly report: BulkReport }) {
  const broken = leftAlone.filter(({ reason }) => reason === "rule")
    .reduce((sum, { records }) => sum + records, 0);
  return (
    <>
      <b>{count(changed)} of {plural(matched, "record")} change</b>
      {matched > changed && `, ${count(matched - changed)} left alone`}
      {broken > 0 && `, ${count(broken)} of them because of a rule`}.
    </>
  );
}

/** A rate changes what was planned, too: the plan's dates times the new rate. */
const LINES = [["Plan", "plan"], ["Forecast", "forecast"], ["Actual", "actual"], [
  "Variance",
  "variance",
]] as const;

function Costs({ effect, byCategory }: {
  readonly effect: Effect;
  readonly byCategory: BulkReport["byCategory"];
}) {
  return (
    <div class="bulk-costs">
      <table class="figures">
        <caption>Cost of the records that change</caption>
        <FiguresHead first="" />
        <tbody>
          {LINES.map(([word, name]) => <Line key={name} word={word} span={effect[name]} />)}
        </tbody>
      </table>
      {byCategory.length > 1 && (
        <details>
          <summary>Forecast by category</summary>
          <table class="figures">
            <FiguresHead first="Category" />
            <tbody>
              {byCategory.map(({ category, effect }) =>
                effect && <Line key={category} word={category} span={effect.forecast} />
              )}
            </tbody>
          </table>
        </details>
      )}
    </div>
  );
}

const FiguresHead = ({ first }: { readonly first: string }) => (
  <thead>
    <tr>
      {first ? <th scope="col">{first}</th> : <td />}
      <th scope="col">Before</th>
      <th scope="col">After</th>
      <th scope="col">Difference</th>
    </tr>
  </thead>
);

function Line({ word, span }: { readonly word: string; readonly span: Effect["plan"] }) {
  // In hundredths: a difference of floats drifts.
  const difference = (Math.round(span.after * 100) - Math.round(span.before * 100)) / 100;
  return (
    <tr>
      <th scope="row">{word}</th>
      <td>{money(span.before)}</td>
      <td>{money(span.after)}</td>
      <td>{difference === 0 ? "none" : `${difference > 0 ? "+" : ""}${money(difference)}`}</td>
    </tr>
  );
}

interface PartProps {
  readonly plan: Plan;
  readonly report: BulkReport;
}

function LeftAlone({ plan, report }: PartProps) {
  return (
    <div class="left-alone">
      <h4>Left alone</h4>
      <ul>
        {report.leftAlone.map((group) => (
          <li key={group.reason + group.message}>
            <details open={group.reason === "rule"}>
              <summary>
                <Icon name={group.reason === "rule" ? "alert" : "info"} />
                <b>{plural(group.records, "record")}</b> {REASONS[group.reason]}:{" "}
                {inWords(group.message, plan.fields)}
              </summary>
              <ul class="examples">
                {group.examples.map((example) => (
                  <li key={example.pfaId}>
                    <a href={placeOf(plan, example)} target="_blank">{example.pfaId}</a>
                    {example.message !== group.message && (
                      <span class="muted">{inWords(example.message, plan.fields)}</span>
                    )}
                  </li>
                ))}
                {group.records > group.examples.length && (
                  <li class="muted">
                    and {plural(group.records - group.examples.length, "other")}
                  </li>
                )}
              </ul>
            </details>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** A conflict is decided in its dialog; every other record is looked at in GridLab. In a tab of its own: the form stays. */
function placeOf({ workplace }: Plan, { pfaId, conflictId }: Group["examples"][number]): string {
  const org = encodeURIComponent(workplace.organizationCode);
  return conflictId
    ? `/conflicts?org=${org}&conflict=${conflictId}`
    : `/grid?org=${org}&q=${encodeURIComponent(pfaId)}`;
}

function Changes({ plan, report: { changes, changed } }: PartProps) {
  const fieldOf = (name: string) => plan.fields.find((field) => field.name === name);
  const text = (name: string, value: BulkReport["changes"][number]["fields"][number]["to"]) =>
    written(fieldOf(name)?.kind ?? "text", plainValue(value)) || "nothing";
  return (
    <div class="bulk-changes">
      <h4>
        {changes.length < changed ? `The first ${changes.length} changes` : "Every change"}
      </h4>
      <div class="bulk-scroll" tabIndex={0} role="region" aria-label="Changes, record by record">
        <table class="figures">
          <thead>
            <tr>
              <th scope="col">Record</th>
              <th scope="col">Description</th>
              <th scope="col">Before and after</th>
            </tr>
          </thead>
          <tbody>
            {changes.map(({ pfaId, description, fields }) => (
              <tr key={pfaId}>
                <th scope="row">{pfaId}</th>
                <td>{description}</td>
                <td>
                  <dl class="differences">
                    {fields.map(({ field, from, to }) => (
                      <div key={field}>
                        <dt>{fieldOf(field)?.label ?? field}</dt>
                        <dd>
                          <del>{text(field, from)}</del> <ins>{text(field, to)}</ins>
                        </dd>
                      </div>
                    ))}
                  </dl>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
