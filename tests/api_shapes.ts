/** Shapes of the OpenAPI document as TypeScript. */
import type { JsonSchema } from "./openapi.ts";

/** A schema as TypeScript would write it. */
export function shapeOf(schema: JsonSchema, indent = ""): string {
  if (schema.$ref) return decodeURIComponent(schema.$ref.split("/").at(-1));
  const several = schema.anyOf ?? schema.oneOf;
  if (several) return several.map((one: JsonSchema) => shapeOf(one, indent)).join(" | ");
  if (schema.enum) return schema.enum.map((one: unknown) => JSON.stringify(one)).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  switch (schema.type) {
    case "array": {
      const items = shapeOf(schema.items ?? {}, indent);
      return items.includes(" | ") && !items.startsWith("{") ? `(${items})[]` : `${items}[]`;
    }
    case "object":
      return objectOf(schema, indent);
    case "integer":
      return "number";
    case "string":
    case "number":
    case "boolean":
    case "null":
      return schema.type;
    default:
      return "unknown";
  }
}

function objectOf(schema: JsonSchema, indent: string): string {
  const inner = `${indent}  `;
  const required: ReadonlyArray<string> = schema.required ?? [];
  const lines = Object.entries<JsonSchema>(schema.properties ?? {}).map(([name, value]) =>
    `${inner}${name}${required.includes(name) ? "" : "?"}: ${shapeOf(value, inner)};`
  );
  if (typeof schema.additionalProperties === "object") {
    lines.push(`${inner}[name: string]: ${shapeOf(schema.additionalProperties, inner)};`);
  }
  if (lines.length === 0) return "{ [name: string]: unknown }";
  return `{\n${lines.join("\n")}\n${indent}}`;
}
