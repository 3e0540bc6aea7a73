import { Elysia } from "elysia";
import type { ManagementContext } from "./context.ts";
import type { HealthAnswer } from "./wire/status.ts";

/** `GET /health`, open to everybody: 200, or 503 with the reasons while the gateway cannot do its duty. */
export function healthRoutes(context: ManagementContext) {
  return new Elysia().get("/health", ({ status, set }) => {
    set.headers["cache-control"] = "no-store";
    const { degraded } = context.health();
    const common = {
      agent_id: context.settings().gateway.default_agent,
      uptime_ms: context.now() - context.startedAt,
      version: context.version,
    };
    return degraded.length === 0
      ? ({ status: "ok", ...common } satisfies HealthAnswer)
      : status(503, { status: "degraded", ...common, reasons: degraded } satisfies HealthAnswer);
  });
}
