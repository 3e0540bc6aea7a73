/** `GET /api/openapi.json`: the management API as OpenAPI 3.1, made of the routes themselves (SPEC 19). */
import type { TSchema } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { isObject, memberOf } from "./json-object.ts";
import { ROUTE_TEXTS } from "./openapi-routes.ts";
import { type NamedSchemas, renderSchema } from "./openapi-schemas.ts";
import { roleFor } from "./roles.ts";
import { ERROR_ANSWER } from "./shapes/access.ts";

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
  const schemas: NamedSchemas = new Map();
  const responses = { Refused: renderAnswer("It was refused, or failed.", ERROR_ANSWER, schemas) };
  for (const route of routes) {
    if (route.method === "ALL" || route.path.includes("*")) continue;
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    const method = verbOf(route.method).toLowerCase();
    paths.set(path, { ...paths.get(path), [method]: renderOperation(route, schemas) });
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
    components: { securitySchemes: SECURITY_SCHEMES, schemas: Object.fromEntries(schemas), responses },
  };
}

const SECURITY_SCHEMES = {
  token: { type: "http", scheme: "bearer", description: "The admin token or a further one." },
  session: { type: "apiKey", in: "cookie", name: "tollgate_session" },
};

function renderOperation({ method, path, hooks }: DescribedRoute, schemas: NamedSchemas): object {
  const name = `${method} ${path}`;
  const { does, answers } = ROUTE_TEXTS.get(name) ?? { does: name, answers: null };
  const body = memberOf(hooks, "body");
  const parameters = [...listPathParameters(path), ...listQueryParameters(memberOf(hooks, "query"), schemas)];
  return {
    operationId: nameOperation(method, path),
    summary: does,
    ...(OPEN.has(name) ? { security: [] } : { "x-tollgate-role": roleFor(verbOf(method), path) }),
    ...(parameters.length > 0 && { parameters }),
    ...(isObject(body) && {
      requestBody: { content: { "application/json": { schema: renderSchema(body, schemas) } } },
    }),
    responses: renderResponses(method, answers, schemas),
  };
}

/** A socket begins as a GET. */
function verbOf(method: string): string {
  return method === "WS" ? "GET" : method;
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

function listQueryParameters(query: unknown, schemas: NamedSchemas): object[] {
  const properties = memberOf(query, "properties");
  const required = memberOf(query, "required");
  if (!isObject(properties)) return [];
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: Array.isArray(required) && required.includes(name),
    schema: renderSchema(schema, schemas),
  }));
}

function renderResponses(method: string, answer: TSchema | null, schemas: NamedSchemas): object {
  const refused = { $ref: "#/components/responses/Refused" };
  if (method === "WS") return { 101: { description: "The live feed begins." }, "4XX": refused };
  return { "2XX": renderAnswer("It was done.", answer, schemas), "4XX": refused, "5XX": refused };
}

function renderAnswer(description: string, answer: TSchema | null, schemas: NamedSchemas): object {
  if (answer === null) return { description };
  return { description, content: { "application/json": { schema: renderSchema(answer, schemas) } } };
}
