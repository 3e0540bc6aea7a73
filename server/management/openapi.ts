/** `GET /api/openapi.json`: the management API as OpenAPI 3.1, made of the routes themselves (SPEC 19). */
import { Elysia } from "elysia";
import { ROUTE_SUMMARIES } from "./openapi-summaries.ts";
import { roleFor } from "./roles.ts";

/** A route as Elysia lists it. */
export interface DescribedRoute {
  readonly method: string;
  /** Its pattern: `/api/agents/:id`. */
  readonly path: string;
  readonly hooks?: unknown;
}

/** Serves the description of `routes`, which may be filled in after this is called. */
export function openApiRoutes(version: string, routes: readonly DescribedRoute[]) {
  return new Elysia().get("/openapi.json", () => renderOpenApi(version, routes));
}

/** Whoever has no token yet may call these. */
const OPEN: ReadonlySet<string> = new Set(["GET /health", "POST /api/session"]);

/** Describes every route that has a path of its own. Pure. */
export function renderOpenApi(version: string, routes: readonly DescribedRoute[]) {
  const paths = new Map<string, Record<string, object>>();
  for (const route of routes) {
    if (route.method === "ALL" || route.path.includes("*")) continue;
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    const method = route.method === "WS" ? "get" : route.method.toLowerCase();
    paths.set(path, { ...paths.get(path), [method]: renderOperation(route) });
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Tollgate management API",
      version,
      description: "Money is USD as numbers, times are ISO 8601, spans are milliseconds.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    security: [{ token: [] }, { session: [] }],
    paths: Object.fromEntries(paths),
    components: COMPONENTS,
  };
}

const COMPONENTS = {
  securitySchemes: {
    token: { type: "http", scheme: "bearer", description: "The admin token or a further one." },
    session: { type: "apiKey", in: "cookie", name: "tollgate_session" },
  },
  schemas: {
    Error: {
      type: "object",
      required: ["error"],
      properties: {
        error: {
          type: "object",
          required: ["code", "message", "details"],
          properties: {
            code: { type: "string", description: "For programs." },
            message: { type: "string", description: "What is wrong and what to do next." },
            details: { description: "What belongs to the code; null when there is nothing." },
          },
        },
      },
    },
  },
  responses: {
    Refused: {
      description: "It was refused, or failed.",
      content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
    },
  },
};

function renderOperation({ method, path, hooks }: DescribedRoute): object {
  const name = `${method} ${path}`;
  const body = memberOf(hooks, "body");
  const parameters = [...listPathParameters(path), ...listQueryParameters(memberOf(hooks, "query"))];
  return {
    operationId: nameOperation(method, path),
    summary: ROUTE_SUMMARIES.get(name) ?? name,
    ...(OPEN.has(name) ? { security: [] } : { "x-tollgate-role": roleFor(method, path) }),
    ...(parameters.length > 0 && { parameters }),
    ...(isObject(body) && {
      requestBody: { content: { "application/json": { schema: cleanSchema(body) } } },
    }),
    responses: renderResponses(method),
  };
}

/** `GET /api/agents/:id/trust` -> `getAgentsIdTrust`. */
function nameOperation(method: string, path: string): string {
  const words = path.replace(/^\/api\//, "").match(/\w+/g) ?? [];
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

function listPathParameters(path: string): object[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

function listQueryParameters(query: unknown): object[] {
  const properties = memberOf(query, "properties");
  const required = memberOf(query, "required");
  if (!isObject(properties)) return [];
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: Array.isArray(required) && required.includes(name),
    schema: cleanSchema(schema),
  }));
}

function renderResponses(method: string): object {
  const refused = { $ref: "#/components/responses/Refused" };
  if (method === "WS") return { 101: { description: "The live feed begins." }, "4XX": refused };
  const answered = { description: "It was done.", content: { "application/json": { schema: {} } } };
  return { "2XX": answered, "4XX": refused, "5XX": refused };
}

/** JSON Schema alone: what TypeBox and Elysia add for themselves is left out, and `nullable` is one of OpenAPI 3.0. */
function cleanSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(cleanSchema);
  if (!isObject(schema)) return schema;
  const kept = Object.entries(schema).filter(([key]) => key !== "nullable");
  return Object.fromEntries(kept.map(([key, part]) => [key, cleanSchema(part)]));
}

function memberOf(value: unknown, key: string): unknown {
  return isObject(value) ? value[key] : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
