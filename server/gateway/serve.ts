/**
 * The order of things for one request: who calls, by which route, admitted by what its headers say, to which destination,
 * with which body. Everything that decides is called from here or from `serve-body.ts`, and each step has its own file.
 */
import type { Identity } from "../core/agent.ts";
import type { Bytes } from "../core/duration.ts";
import { chooseLane } from "../core/lane.ts";
import { type Refusal, refusal } from "../core/refusal.ts";
import { ADMIN_PREFIX } from "../core/secret-form.ts";
import type { Priority } from "../core/settings.ts";
import type { RequestLine } from "../providers/provider.ts";
import { locateVirtual } from "../providers/virtual.ts";
import { admitEarly } from "./admit.ts";
import { claimBody, readBody } from "./body.ts";
import type { Connection } from "./connection.ts";
import type { Controls } from "./controls.ts";
import { bearsSecret, findDestination } from "./destination.ts";
import { clientKey, shownKeys, surveyHeaders } from "./headers.ts";
import { identify } from "./identify.ts";
import type { Keyring } from "./keys.ts";
import { enterLane, type LaneDestination } from "./lane-upstream.ts";
import { foreignPage, isForeignPage } from "./origin.ts";
import { guessDialect, type Visit } from "./refuse.ts";
import { findRoute } from "./route.ts";
import { readRun } from "./run.ts";
import { type BodyContext, serveBody } from "./serve-body.ts";
import type { Setup } from "./setup.ts";
import { isSuspect, refuseStrayKey } from "./stray-key.ts";
import type { Resolve } from "./target-url.ts";

export interface ServeContext extends BodyContext {
  readonly keys: Pick<Keyring, "find">;
  readonly resolve: Resolve;
}

const MAX_HEADER_BYTES: Bytes = 48 * 1024;

/** The response, or a refusal: that has taken nothing and costs nothing. */
export async function serve(
  visit: Visit,
  query: string,
  connection: Connection,
  context: ServeContext,
): Promise<Response | Refusal> {
  const { memory, controls } = context;
  const { request, path } = visit;
  const { headers, method } = request;
  const setup = context.setup();
  const { gateway, identity: identityMode } = setup.settings;
  controls.follow(setup);

  const route = findRoute(path, headers, setup.providers);
  if ("reason" in route) {
    visit.dialect = guessDialect(path, headers);
    return route;
  }
  const line: RequestLine = { method, rest: route.rest, query, headers };
  const isVirtual = route.form === "virtual";
  const located = isVirtual ? locateVirtual(line) : (route.provider?.locate(line) ?? null);
  visit.provider = route.provider?.id ?? null;
  visit.dialect = located?.operation.dialect ?? guessDialect(path, headers);
  const { bytes, marked } = surveyHeaders(headers, isSuspect);
  if (bytes > MAX_HEADER_BYTES) return headersTooLarge();
  const shown = shownKeys(headers, query);
  if (showsAdminToken(shown, setup)) return adminToken();

  const strayed = refuseStrayKey(headers, marked, query);
  if (strayed) return strayed;

  const { default_agent } = gateway;
  const { mode } = identityMode;
  const identity = identify(headers, shown, route.agent, default_agent, mode, context.keys, context.now());
  if ("reason" in identity) return identity;
  visit.identity = identity;
  const run = readRun(headers);
  if (run && "reason" in run) return run;
  visit.run = run;
  const early = admitEarly(context.admission(identity, setup));
  if (early) return early;

  const caller = { agent: identity.name, form: route.form, own: clientKey(shown) };
  const lane = laneOf(identity, setup, controls);
  let addressed: LaneDestination | null = null;
  if (!isVirtual) {
    const found = await findDestination(route, located, line, caller, setup, context.resolve);
    if ("reason" in found) return found;
    addressed = enterLane(found, lane, line, caller, setup);
    visit.provider = addressed.provider.id;
    visit.dialect = addressed.located.operation.dialect;
  }
  // A page has no business with a key that is not its own.
  const isSecret = addressed === null || bearsSecret(addressed);
  if (isSecret && isForeignPage(headers, [gateway.host])) return foreignPage();

  const bounds = { maxBody: gateway.max_body, deadline: context.now() + gateway.header_timeout };
  const body = await readBody(request, bounds, memory, context.watchdog);
  if ("reason" in body) return body;
  const operation = (addressed?.located ?? located)?.operation;
  if (!operation) throw new Error("a route without a provider has no target URL");
  const known = { visit, identity, run, addressed, operation, line, caller, lane, setup };
  const claim = claimBody(memory, body);
  try {
    return await serveBody(known, body, claim, connection, context);
  } finally {
    claim.release();
  }
}

function laneOf({ name, key, purpose }: Identity, setup: Setup, controls: Controls): Priority {
  const { tier, terms } = controls.standing(name, setup, key !== null);
  return chooseLane({
    priority: terms.priority,
    configuredPurpose: terms.purpose,
    declaredPurpose: purpose,
    tier,
    hasKey: key !== null,
  });
}

/** Whoever manages calls no models (SPEC 16.3). One that the operator chose looks like an API key: it must not leave as one. */
function showsAdminToken(shown: readonly string[], { settings: { admin } }: Setup): boolean {
  return shown.some((key) => key.startsWith(ADMIN_PREFIX) || key === admin.token);
}

function adminToken(): Refusal {
  const message =
    "This is the gateway's admin token, which calls no model. Send a provider's key, a gateway key, or none.";
  return refusal("invalid_gateway_key", message);
}

function headersTooLarge(): Refusal {
  const limit = MAX_HEADER_BYTES / 1024;
  return refusal(
    "headers_too_large",
    `The request's headers are larger than ${limit} KiB. Send fewer or shorter ones.`,
  );
}
