/** Every route of the management API, from the API's own list: a new one is covered by being there. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { permits, ROLES, type Role } from "../../server/core/role.ts";
import { createManagement } from "../../server/management/management.ts";
import { roleFor } from "../../server/management/roles.ts";
import type { ErrorAnswer, TokenAnswer } from "../../server/management/wire/access.ts";
import { type Harness, post, readError, startManagement } from "./support.ts";

/** What nobody needs a token for: telling that the gateway lives, and logging in with what one sends. */
const OPEN = ["GET /health", "POST /api/session"];

interface Walked {
  readonly method: string;
  /** The pattern, and a path that fits it. */
  readonly pattern: string;
  readonly path: string;
  /** Every body but that of the one route that takes lists, too. */
  readonly takesMapping: boolean;
}

let api: Harness;
let agentKey: string;
let tokens: Map<Role, string>;

beforeAll(async () => {
  api = startManagement();
  api.setAgent("researcher");
  agentKey = (await read<{ key: string }>("/api/keys", { agent: "researcher" })).key;
  tokens = new Map();
  for (const role of ROLES) tokens.set(role, (await read<TokenAnswer>("/api/tokens", { role })).token);
});

afterAll(() => api[Symbol.asyncDispose]());

async function read<Answer>(path: string, body: object): Promise<Answer> {
  return (await (await api.asAdmin(path, post(body))).json()) as Answer;
}

/** Every route; the socket as the request that opens it, what answers every method as one that no route has. */
function listRoutes(): Walked[] {
  using listing = listed();
  return listing.routes.map(({ method, path, takesMapping }) => ({
    takesMapping,
    method: method === "WS" ? "GET" : method === "ALL" ? "PATCH" : method,
    pattern: path,
    path: path.replaceAll(/:\w+/g, "researcher").replace("*", "nothing/here"),
  }));
}

/** The routes need an API to be read off, and it needs a store. */
function listed() {
  const made = startManagement();
  return {
    routes: createManagement(made.context).routes.map(({ method, path, hooks }) => ({
      method,
      path,
      takesMapping: hooks.body !== undefined && path !== "/api/events",
    })),
    [Symbol.dispose]: () => void made[Symbol.asyncDispose](),
  };
}

const ROUTES = listRoutes();
const CLOSED = ROUTES.filter(({ method, pattern }) => !OPEN.includes(`${method} ${pattern}`));
const CASES = CLOSED.map((route) => [`${route.method} ${route.pattern}`, route] as const);

async function send({ method, path }: Pick<Walked, "method" | "path">, headers: Record<string, string>) {
  // Guessing is slowed down by address; here everybody has the same one.
  api.advance(3_600_000);
  const before = api.store.journal.head.seq;
  const body = method === "GET" ? null : "{}";
  const answer = await api.fetch(path, { method, headers, body });
  const text = await answer.text();
  const { error } = (text.startsWith("{") ? JSON.parse(text) : {}) as Partial<ErrorAnswer>;
  return { status: answer.status, code: error?.code, error, wrote: api.store.journal.head.seq - before };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

test("the list is the API's own: it holds what there is, and nothing but two routes is open", () => {
  const all = ROUTES.map(({ method, pattern }) => `${method} ${pattern}`);
  expect(all).toContain("GET /api/status");
  expect(all).toContain("GET /api/live");
  expect(all).toContain("POST /api/agents/:id/pause");
  expect(ROUTES.filter(({ takesMapping }) => takesMapping).length).toBeGreaterThan(10);
  expect(all.filter((route) => OPEN.includes(route)).toSorted()).toEqual(OPEN.toSorted());
});

describe.each(CASES)("%s", (_, route) => {
  test("refuses whoever shows nothing, a wrong token, a session that is none, or an agent's key", async () => {
    const shown: [Record<string, string>, string][] = [
      [{}, "unauthorized"],
      [bearer("tga_wrong"), "invalid_token"],
      [bearer(agentKey), "invalid_token"],
      [{ authorization: `Basic ${api.token}` }, "invalid_token"],
      [{ "x-tollgate-key": agentKey }, "unauthorized"],
      [{ cookie: `tollgate_session=${"a".repeat(43)}`, origin: api.url }, "session_ended"],
    ];
    for (const [headers, code] of shown) {
      expect(await send(route, headers)).toMatchObject({ status: 401, code, wrote: 0 });
    }
  });

  test("refuses every role but those that may, and writes nothing then", async () => {
    const needed = roleFor(route.method, route.pattern);
    for (const [role, token] of tokens) {
      if (permits(role, needed)) continue;
      const answer = await send(route, bearer(token));
      expect(answer).toMatchObject({ status: 403, code: "forbidden", wrote: 0 });
      expect(answer.error?.details).toEqual({ role, needed });
    }
  });

  test("refuses a body that is no mapping, where it takes one, and writes nothing then", async () => {
    if (!route.takesMapping) return;
    for (const body of ["[]", "1e999", "null", '"text"', "true", "{", "[{}]"]) {
      api.advance(3_600_000);
      const before = api.store.journal.head.seq;
      const answer = await api.asAdmin(route.path, { method: route.method, body });
      expect([body, answer.status, (await readError(answer)).code]).toEqual([body, 400, "invalid_body"]);
      expect(api.store.journal.head.seq).toBe(before);
    }
  });

  test("refuses a page elsewhere, whatever it shows, where something would change", async () => {
    if (route.method === "GET") return;
    const headers = { ...bearer(api.token), origin: "https://evil.example" };
    expect(await send(route, headers)).toMatchObject({ status: 403, code: "foreign_origin", wrote: 0 });
  });

  test("refuses a request to another name", async () => {
    const headers = { ...bearer(api.token), host: "evil.example" };
    expect(await send(route, headers)).toMatchObject({ status: 421, code: "unknown_host", wrote: 0 });
  });
});

test("what a viewer is let into changes nothing, on any route", async () => {
  const token = tokens.get("viewer") ?? "";
  for (const route of CLOSED.filter(({ method, pattern }) => permits("viewer", roleFor(method, pattern)))) {
    const { status, wrote } = await send(route, bearer(token));
    expect([route.path, status < 500, wrote]).toEqual([route.path, true, 0]);
  }
  expect(api.killed).toEqual([]);
});

test("a path that is no route answers the one error shape, by whatever method", async () => {
  for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
    for (const path of ["/api", "/api/", "/api/nothing", "/api/agents/a/b/c/d", "/api/..%2fhealth"]) {
      const { status, error } = await send({ method, path }, bearer(api.token));
      expect([method, path, status]).toEqual([method, path, 404]);
      expect(error).toEqual({ code: "unknown_route", message: expect.any(String), details: null });
    }
  }
});
