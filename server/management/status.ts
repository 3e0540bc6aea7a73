import { Elysia } from "elysia";
import type { ManagementContext } from "./context.ts";
import { viewStatus } from "./view.ts";
import type { StatusAnswer } from "./wire/status.ts";

/** `GET /status`: the gateway, every agent and the sums, now. */
export function statusRoutes(context: ManagementContext) {
  return new Elysia().get("/status", (): StatusAnswer => viewStatus(context, context.now()));
}
