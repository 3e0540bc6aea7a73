/** The whole server, assembled: the data plane and the management API on the gateway's listener, the page on the other. */
import { join } from "node:path";
import { Elysia } from "elysia";
import type { AssetTable } from "./assets.ts";
import type { Settings } from "./core/settings.ts";
import { IDLE_SECONDS } from "./gateway/connection.ts";
import { createGateway } from "./gateway/gateway.ts";
import { readTarget } from "./gateway/route.ts";
import { findHealth } from "./health.ts";
import { LIVE_LIMITS } from "./management/live.ts";
import { createManagement } from "./management/management.ts";
import { createDevelopmentPage, createPage } from "./management/page.ts";
import type { World } from "./world.ts";

/** The management API's type, for the typed client. */
export type App = ReturnType<typeof createManagement>;

type Server = Bun.Server<unknown>;
type Handler = (request: Request, server: Server) => Response | Promise<Response>;

export interface Listening {
  readonly gatewayUrl: string;
  readonly dashboardUrl: string;
  /** Refuses what is new, lets calls in flight finish until `grace` is over, closes everything. */
  stop(grace: Promise<void>): Promise<void>;
}

/** Builds the server and listens. Throws what the system says when a port cannot be bound. */
export function listen(world: World): Listening {
  const { configuration, store, fleet } = world;
  const { setup } = configuration;
  const settings = (): Settings => setup().settings;
  const { gateway: at, dashboard: pageAt } = settings();
  let gatewayUrl = "";
  let dashboardUrl = "";

  const gateway = createGateway({ ...world, setup });
  const management = createManagement({
    ...world,
    store,
    fleet,
    controls: gateway.controls,
    kill: gateway.kill,
    settings,
    setup,
    stopping: world.stopping.signal,
    health: () => findHealth(store, configuration.warnings()),
    reload: configuration.reload,
    gatewayUrl: () => gatewayUrl,
    dashboardUrl: () => dashboardUrl,
  });
  const { assets } = world;
  const page = assets ? createPage(assets) : null;

  const proxy: Handler = (request, server) => gateway.handle(request, server);
  const showPage: Handler = (request) => page?.(withWholeUrl(request)) ?? notFound(gatewayUrl);
  const isOne = at.port === pageAt.port && at.port !== 0;
  // On a shared port the page has its own paths, and every other one is the data plane's.
  const both: Handler = (request, server) =>
    (isPageRequest(request, assets) ? page?.(withWholeUrl(request)) : null) ?? proxy(request, server);

  using opened = new DisposableStack();
  const front = serve(management, { hostname: at.host, port: at.port }, isOne ? both : proxy);
  // A gateway without its dashboard is not left behind.
  opened.defer(() => void front.stop(true));
  const back = isOne
    ? front
    : serve(management, { hostname: pageAt.host, port: pageAt.port }, page ? showPage : null);
  opened.move();
  gatewayUrl = urlOf(front);
  dashboardUrl = urlOf(back);

  return {
    gatewayUrl,
    dashboardUrl,
    async stop(grace) {
      const closing = [front.stop(), back.stop()];
      world.stopping.abort();
      await gateway.drain(grace);
      await Promise.all([front.stop(true), back.stop(true), ...closing]);
    },
  };
}

/**
 * One listener. Elysia answers what is under /api and /health; everything else goes to `rest` past Elysia's matcher,
 * which costs less and misreads nothing. Without `rest` the page is served from its folder, for development.
 */
function serve(management: App, address: { hostname: string; port: number }, rest: Handler | null): Server {
  const app: Elysia = new Elysia({
    // Elysia cuts URLs at a fixed offset, which short Host headers shift.
    handler: { standardHostname: false },
    websocket: LIVE_LIMITS,
    serve: {
      development: false,
      // Two gateways on one port would both serve, and split every budget.
      reusePort: false,
      idleTimeout: IDLE_SECONDS,
      // The data plane has its own limit, told in the caller's dialect.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      routes:
        rest === null ? {} : routesTo(rest, (request): Response | Promise<Response> => app.fetch(request)),
    },
  });
  app.use(management);
  if (rest === null) app.use(createDevelopmentPage(join(import.meta.dir, "../web/dist")));
  app.listen({ ...address, hostname: address.hostname === "localhost" ? LOOPBACK : address.hostname });
  const { server } = app;
  if (!server) throw new Error(`Nothing listens at ${address.hostname}:${address.port}.`);
  return server;
}

function routesTo(rest: Handler, managed: Handler): Record<string, Handler> {
  return { "/*": rest, "/api": managed, "/api/*": managed, "/health": managed };
}

/** A request whose Host is missing (HTTP/1.0) or none (`[::`) has no whole URL, which the page relies on. */
function withWholeUrl(request: Request): Request {
  if (URL.canParse(request.url)) return request;
  return new Request(`http://localhost${readTarget(request.url).path}`, request);
}

function isPageRequest({ method, url }: Request, assets: AssetTable | null): boolean {
  const { path } = readTarget(url);
  return (method === "GET" || method === "HEAD") && (path === "/" || (assets?.has(path) ?? false));
}

/** Who calls a model here has taken the wrong port. */
function notFound(gatewayUrl: string): Response {
  return new Response(`Nothing is served here. Agents call ${gatewayUrl}.\n`, { status: 404 });
}

/** What `localhost` means to listen at. Said outright: whoever connects to the name may try another loopback address first. */
const LOOPBACK = "127.0.0.1";

/** How this machine reaches a listener: a wildcard address is loopback from here. */
function urlOf(server: Server): string {
  const host = server.hostname ?? LOOPBACK;
  const reachable = host === "0.0.0.0" || host === "::" ? LOOPBACK : host.includes(":") ? `[${host}]` : host;
  return `http://${reachable}:${server.port}`;
}
