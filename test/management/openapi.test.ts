import { describe, expect, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { createManagement } from "../../server/management/management.ts";
import { type DescribedRoute, renderOpenApi } from "../../server/management/openapi.ts";
import { ROUTE_TEXTS } from "../../server/management/openapi-routes.ts";
import { startManagement } from "./support.ts";

interface Answer {
  readonly content?: { readonly "application/json": { readonly schema: unknown } };
}

interface Schema {
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, unknown>>;
}

interface Operation {
  readonly operationId: string;
  readonly security?: readonly unknown[];
  readonly "x-tollgate-role"?: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly requestBody?: { readonly content: { readonly "application/json": { readonly schema: unknown } } };
  readonly responses: Readonly<Record<string, Answer>>;
}

interface Description {
  readonly openapi: string;
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

async function read(): Promise<Description> {
  await using api = startManagement();
  return (await (await api.asAdmin("/api/openapi.json")).json()) as Description;
}

const isNamed = ({ method, path }: DescribedRoute) => method !== "ALL" && !path.includes("*");

describe("the API's description", () => {
  test("is valid OpenAPI 3.1", async () => {
    const description = await read();
    const result = await new Validator().validate(JSON.parse(JSON.stringify(description)));
    expect(result).toMatchObject({ valid: true });
    expect([description.openapi, description.info.version]).toEqual(["3.1.0", "1.2.3"]);
  });

  test("has every route that there is, each with a summary of its own, and no other", async () => {
    const { paths } = await read();
    await using api = startManagement();
    const routes = createManagement(api.context).routes.filter(isNamed);
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const there = routes.map(({ method, path }) => {
      return `${method === "WS" ? "GET" : method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`;
    });
    expect(described.toSorted()).toEqual(there.toSorted());
    const names = routes.map(({ method, path }) => `${method} ${path}`);
    expect([...ROUTE_TEXTS.keys()].toSorted()).toEqual(names.toSorted());
  });

  test("says what a route takes, as its own schema has it, and who may call it", async () => {
    const { paths } = await read();
    expect(paths["/api/keys"]?.post?.requestBody?.content["application/json"].schema).toMatchObject({
      type: "object",
      required: ["agent"],
      properties: { agent: { type: "string" } },
    });
    expect(paths["/api/agents/{id}"]?.get?.parameters).toEqual([
      { name: "id", in: "path", required: true, schema: { type: "string" } } as never,
    ]);
    const filters = paths["/api/logs"]?.get?.parameters?.map(({ name, required }) => [name, required]);
    expect(filters).toContainEqual(["agent", false]);
    expect(paths["/health"]?.get?.security).toEqual([]);
    expect(paths["/api/keys"]?.post?.["x-tollgate-role"]).toBe("admin");
    expect(paths["/api/events"]?.post?.["x-tollgate-role"]).toBe("ingest");
    expect(paths["/api/live"]?.get?.["x-tollgate-role"]).toBe("viewer");
    expect(Object.keys(paths["/api/live"]?.get?.responses ?? {})).toContain("101");
  });

  test("says what a route answers, each form once and under its name", async () => {
    const { paths, components } = await read();
    const answerOf = (path: string, method: string) =>
      paths[path]?.[method]?.responses["2XX"]?.content?.["application/json"].schema;
    expect(answerOf("/api/agents", "get")).toEqual({ $ref: "#/components/schemas/AgentsAnswer" });
    expect(components.schemas.AgentsAnswer).toMatchObject({
      type: "object",
      required: ["agents"],
      properties: { agents: { type: "array", items: { $ref: "#/components/schemas/AgentStatus" } } },
    });
    expect(components.schemas.AgentStatus?.properties?.status).toEqual({
      type: "string",
      enum: ["active", "paused", "idle"],
    });
    expect(components.schemas.HealthAnswer?.required).not.toContain("reasons");
    expect(answerOf("/api/session", "post")).toBeDefined();
    expect(answerOf("/api/session", "delete")).toBeUndefined();
  });

  test("names each operation once", async () => {
    const { paths } = await read();
    const ids = Object.values(paths).flatMap((methods) =>
      Object.values(methods).map((one) => one.operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain("getAgentsIdTrust");
  });

  test("is refused to whoever shows no token, and has nothing of the configuration in it", async () => {
    await using api = startManagement();
    expect((await api.fetch("/api/openapi.json")).status).toBe(401);
    expect(JSON.stringify(renderOpenApi("1", []))).not.toContain("127.0.0.1");
  });
});
