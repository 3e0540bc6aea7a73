/** Writes settings in the form of the file: the reader's way back. Secrets are masked. Pure. */
import { toUsd } from "../core/money.ts";
import type { Rate } from "../core/settings.ts";
import { isSecretLeaf, RATE_UNITS, renderBytes, renderMillis, UNLIMITED } from "./leaf-reader.ts";
import type { LeafSchema } from "./leaves.ts";
import type { AnyOfSchema, SettingSchema } from "./shapes.ts";

/** Of a secret that is shorter, four characters would tell too much. */
const SHORTEST_SHOWN = 12;

/** The value as the file would have it: `100/min`, `30s`, USD, `unlimited`; null where there is none. */
export function writeValue(value: unknown, schema: SettingSchema): unknown {
  if (value === null || value === undefined) return null;
  if ("anyOf" in schema) return writeValue(value, pick(value, schema));
  if ("items" in schema) return [value].flat().map((item) => writeValue(item, schema.items));
  if (isLeaf(schema)) return writeLeaf(value, schema);
  const entries = Object.entries(value).map(([key, part]) => {
    const below = "propertyNames" in schema ? schema.additionalProperties : schema.properties[key];
    return [key, below ? writeValue(part, below) : null] as const;
  });
  return Object.fromEntries(entries);
}

/** All that anybody is shown of a secret: that there is one, and how it ends. */
export function maskSecret(secret: string): string {
  return secret.length < SHORTEST_SHOWN ? "…" : `…${secret.slice(-4)}`;
}

/** The shape that this value was read by: the list, the mapping that has its keys, else the single value. */
function pick(value: unknown, { anyOf }: AnyOfSchema): SettingSchema {
  const keys = typeof value === "object" && value !== null ? Object.keys(value) : [];
  const fitting = anyOf.find((one) => {
    if (Array.isArray(value)) return "items" in one;
    return (
      "properties" in one && keys.length > 0 && keys.every((key) => Object.hasOwn(one.properties ?? {}, key))
    );
  });
  const single = fitting ?? anyOf.find(isLeaf);
  if (!single) throw new Error("A setting has none of the shapes that its schema allows.");
  return single;
}

function isLeaf(schema: SettingSchema): schema is LeafSchema {
  return ["propertyNames", "properties", "items", "anyOf"].every((word) => !(word in schema));
}

function writeLeaf(value: unknown, schema: LeafSchema): unknown {
  if (value === Number.POSITIVE_INFINITY) return UNLIMITED;
  if (typeof value === "string") return isSecretLeaf(schema) ? maskSecret(value) : value;
  if (isRate(value)) return writeRate(value);
  if (typeof value !== "number") return value;
  if (schema.format === "tollgate-money") return toUsd(value);
  if (schema.format === "tollgate-duration" || schema.format === "tollgate-alert-window") {
    return renderMillis(value);
  }
  return schema.format === "tollgate-size" ? renderBytes(value) : value;
}

function writeRate({ count, per }: Rate): string {
  if (count === Number.POSITIVE_INFINITY) return UNLIMITED;
  const [unit = "s"] = [...RATE_UNITS].find(([, span]) => span === per) ?? [];
  return `${count}/${unit}`;
}

function isRate(value: unknown): value is Rate {
  return typeof value === "object" && value !== null && "count" in value && "per" in value;
}
