/** The API for people: one page, no scripts, made from the OpenAPI document. */
import { createHash } from "node:crypto";
import { PROBLEMS } from "./problem.ts";

interface Operation {
  readonly summary?: string;
  readonly tags?: ReadonlyArray<string>;
  readonly parameters?: ReadonlyArray<
    { readonly name: string; readonly in: string; readonly description?: string }
  >;
  readonly requestBody?: { readonly content?: Content };
  readonly responses?: {
    readonly [status: string]: { readonly description?: string; readonly content?: Content };
  };
}
type Content = { readonly [type: string]: { readonly schema?: { readonly $ref?: string } } };

export interface Document {
  readonly info: { readonly title: string; readonly description?: string };
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } };
  readonly components?: { readonly schemas?: { readonly [name: string]: unknown } };
}

export function docsPage({ info, paths, components }: Document): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation }))
  );
  const tags = [...new Set(operations.map(({ operation }) => operation.tags?.[0] ?? "Other"))];
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escaped(info.title)} API</title><style>${STYLE}</style></head><body><main>
<h1>${escaped(info.title)} API</h1><p>${escaped(info.description ?? "")}</p>
<p>The same for machines: <a href="/api/openapi.json">openapi.json</a>.</p>
${
    tags.map((tag) =>
      `<section><h2>${escaped(tag)}</h2>${
        operations.filter(({ operation }) => (operation.tags?.[0] ?? "Other") === tag)
          .map(told).join("")
      }</section>`
    ).join("")
  }
<section><h2>Problems</h2><dl>${
    Object.entries(PROBLEMS).map(([code, [status, title]]) =>
      `<dt id="${code}"><code>${code}</code></dt><dd>${status} ${escaped(title)}</dd>`
    ).join("")
  }</dl></section>
<section><h2>Shapes</h2>${
    Object.entries(components?.schemas ?? {}).map(([name, schema]) =>
      `<details id="shape-${escaped(name)}"><summary>${escaped(name)}</summary><pre>${
        escaped(JSON.stringify(schema, null, 1))
      }</pre></details>`
    ).join("")
  }</section></main></body></html>`;
}

const told = (
  { path, method, operation }: { path: string; method: string; operation: Operation },
): string =>
  `<article><h3><code>${method.toUpperCase()} ${escaped(path)}</code></h3><p>${
    escaped(operation.summary ?? "")
  }</p>${
    operation.parameters?.length
      ? `<ul>${
        operation.parameters.map((one) =>
          `<li><code>${escaped(one.name)}</code> ${escaped(one.description ?? one.in)}</li>`
        ).join("")
      }</ul>`
      : ""
  }${operation.requestBody ? `<p>Body: ${shape(operation.requestBody.content)}</p>` : ""}<ul>${
    Object.entries(operation.responses ?? {}).map(([status, answer]) =>
      `<li><b>${status}</b> ${escaped(answer.description ?? "")} ${shape(answer.content)}</li>`
    ).join("")
  }</ul></article>`;

function shape(content: Content | undefined): string {
  const name = Object.values(content ?? {})[0]?.schema?.$ref?.split("/").at(-1);
  return name === undefined ? "" : `<a href="#shape-${escaped(name)}">${escaped(name)}</a>`;
}

const ENTITIES: { readonly [letter: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};
const escaped = (text: string) => text.replace(/[&<>"]/g, (letter) => ENTITIES[letter]!);

const STYLE = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:auto;padding:1rem}code,pre{font-family:ui-monospace,monospace}
article{border-top:1px solid #8886;padding:.5rem 0}h3{margin:.5rem 0}pre{overflow:auto}`;

/** Its own style and nothing else. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${
  createHash("sha256").update(STYLE).digest("base64")
}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
