/** Killed under load again and again, the ledger forgets nothing, charges nothing twice and stays under the caps (SPEC 7.7). */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { CallLine } from "../../server/core/event.ts";
import type { StatusAnswer } from "../../server/management/wire/status.ts";
import { readHoldsLog } from "../../server/store/holds.ts";
import { replySaying } from "../support/answers/by-path.ts";
import { HELLO } from "../support/answers/said.ts";
import { connect, exchange, renderRequest } from "../support/client.ts";
import { allowForProcesses, BUILD_LIMIT } from "../support/fixture.ts";
import { type Gateway, type Home, isCall, makeHome } from "../support/gateway.ts";
import { silence } from "../support/replies.ts";
import { until } from "../support/signals.ts";
import { type Exchange, startUpstream } from "../support/upstream.ts";

const ROUNDS = 6;
const ANSWERS_PER_ROUND = 25;
const USD = 1_000_000_000;
/** What the provider bills for one answer: 120 tokens at 1,000 nano-dollars and 30 at 10,000. */
const BILL = 420_000;
const CAP = 0.15 * USD;
const PRICING = { models: { "ledger-*": { input: 1, output: 10 } } };
/** More tokens than the upstream reports, so that what is held bounds what it bills. */
const CONTENT = "Who is there, on the other side? ".repeat(20);

const CHAT = "openai/v1/chat/completions";
const MESSAGES = "anthropic/v1/messages";

allowForProcesses();
const upstream = startUpstream(answer);
/** Models of calls whose answers the upstream has sent to the end. Each call has a model of its own: its name. */
const finished = new Set<string>();
let home: Home;
let calls = 0;

beforeAll(async () => {
  home = await makeHome({ upstream: upstream.origin, file: withCap(CAP) });
}, BUILD_LIMIT);
afterAll(async () => {
  home[Symbol.dispose]();
  await upstream[Symbol.asyncDispose]();
});

function withCap(nano: number) {
  return { pricing: PRICING, agents: { "*": { budget: { max_cost_total: nano / USD } } } };
}

/** Answers as the model's name says: whole, with a stream that breaks or stops half-way, or not at all. */
async function answer(one: Exchange): Promise<void> {
  const model = modelOf(one);
  if (model.startsWith("ledger-silent")) return silence(one);
  if (model.startsWith("ledger-stall")) return replySaying(HELLO, halfway("stall"))(one);
  if (model.startsWith("ledger-break")) return replySaying(HELLO, halfway("reset"))(one);
  let isLeft = false;
  void one.gone.then(() => {
    isLeft = true;
  });
  await replySaying(HELLO)(one);
  if (!isLeft) finished.add(model);

  function halfway(ending: "stall" | "reset") {
    return {
      before(index: number) {
        if (index !== 3) return;
        if (ending === "reset") one.reset();
        return new Promise<void>(() => undefined);
      },
    };
  }
}

function modelOf({ request }: Pick<Exchange, "request">): string {
  return /ledger-\w+-\d+/.exec(Buffer.from(request.body).toString())?.[0] ?? "";
}

function request(agent: string, path: string, kind: string, stream: boolean) {
  const model = `ledger-${kind}-${++calls}`;
  const messages = [{ role: "user", content: CONTENT }];
  return {
    target: `/agents/${agent}/${path}`,
    body: JSON.stringify({ model, max_tokens: 40, messages, stream }),
  };
}

/** Calls without a pause until the gateway is no more. */
async function callUntilDead(url: string, make: () => ReturnType<typeof request>, onAnswer: () => void) {
  for (;;) {
    const heard = await exchange(url, make()).catch(() => null);
    if (heard === null) return;
    if (heard.isWhole && heard.status === 200) onAnswer();
  }
}

/** Begins streams without a pause and leaves each half-way, until the gateway is no more. */
async function leaveUntilDead(url: string): Promise<void> {
  for (;;) {
    const client = await connect(url).catch(() => null);
    if (client === null) return;
    client.send(renderRequest(url, request("leaver", CHAT, "stall", true)));
    await Promise.race([client.sees("Hello"), client.answer()]).catch(() => null);
    client.vanish();
  }
}

/** Runs the gateway under load, with two calls that never end, and kills it. */
async function runAndKill(gateway: Gateway): Promise<void> {
  const { url } = gateway;
  const lost = [request("lost", CHAT, "silent", false), request("lost", MESSAGES, "stall", true)];
  const endless = lost.map((one) => exchange(url, one).catch(() => null));
  await until(() => (lost.every(({ body }) => isUpstream(body)) ? true : null), "both calls at the upstream");

  let answers = 0;
  const count = () => void answers++;
  const load = [
    callUntilDead(url, () => request("whole", CHAT, "whole", false), count),
    callUntilDead(url, () => request("whole", CHAT, "whole", false), count),
    callUntilDead(url, () => request("streams", CHAT, "whole", true), count),
    callUntilDead(url, () => request("streams", MESSAGES, "whole", true), count),
    callUntilDead(url, () => request("broken", MESSAGES, "break", true), count),
    leaveUntilDead(url),
  ];
  await until(() => (answers >= ANSWERS_PER_ROUND ? true : null), "answers under load");
  await gateway.kill9();
  await Promise.all([...load, ...endless]);
}

function isUpstream(body: string): boolean {
  const model = /ledger-\w+-\d+/.exec(body)?.[0];
  return upstream.requests.some((one) => modelOf({ request: one }) === model);
}

function callLines(): CallLine[] {
  return home.journal().filter(isCall);
}

function spentBy(agent: string): number {
  const own = callLines().filter((line) => line.agent === agent);
  return own.reduce((sum, { cost_nano }) => sum + (cost_nano ?? Number.NaN), 0);
}

/** Calls as `whole` until it is refused: how many passed. */
async function callsUntilRefused({ url }: Gateway): Promise<number> {
  for (let passed = 0; ; passed++) {
    const heard = await exchange(url, request("whole", CHAT, "whole", false));
    expect(heard.status).toBe(200);
    if (heard.header("x-tollgate-blocked") === "budget_exceeded") return passed;
  }
}

describe("kill -9 under load", () => {
  const rounds = Array.from({ length: ROUNDS }, (_, index) => index + 1);

  test.each(rounds)("round %i", async () => {
    await runAndKill(await home.start());
    const settled = new Set(callLines().map(({ request_id }) => request_id));
    const { open } = readHoldsLog(join(home.dataDir, "holds.log"));
    const inFlight = [...open.values()].filter(({ id }) => !settled.has(id));
    expect(inFlight.filter(({ agent }) => agent === "lost")).toHaveLength(2);

    await using gateway = await home.start();
    const lines = callLines();
    // What was in flight has become one line each, charged what it held.
    const interrupted = lines.filter(({ request_id }) => !settled.has(request_id));
    expect(interrupted.map(({ request_id, ending, cost_nano }) => [request_id, ending, cost_nano])).toEqual(
      inFlight.map(({ id, nano }) => [id, "interrupted", nano]),
    );
    expect(interrupted.filter(({ cost_nano }) => cost_nano === null || cost_nano < BILL)).toEqual([]);

    // Whatever the provider has seen is there once.
    const byModel = Map.groupBy(lines, ({ requested_model }) => requested_model);
    const seen = upstream.requests.map((one) => modelOf({ request: one }));
    expect(seen.filter((model) => byModel.get(model)?.length !== 1)).toEqual([]);
    expect([...byModel].filter(([, same]) => same.length !== 1)).toEqual([]);
    const endings = new Set(lines.map(({ ending }) => ending));
    expect(endings.difference(new Set(["complete", "gone", "failed", "interrupted"]))).toEqual(new Set());

    // What the provider bills is charged, and no cap was passed.
    const unpaid = [...finished].filter((model) => (byModel.get(model)?.[0]?.cost_nano ?? 0) < BILL);
    expect(unpaid).toEqual([]);
    const agents = [...new Set(lines.map(({ agent }) => agent))];
    expect(agents.filter((agent) => !(spentBy(agent) <= CAP))).toEqual([]);

    const status = (await (await gateway.api("/api/status")).json()) as StatusAnswer;
    expect(status.agents.map(({ id, cost, held, in_flight }) => [id, cost.total, held, in_flight])).toEqual(
      agents.toSorted().map((agent) => [agent, spentBy(agent) / USD, 0, 0]),
    );
    await exchange(gateway.url, request("whole", CHAT, "whole", false));
    expect(await gateway.stop()).toBe(0);
    expect(readHoldsLog(join(home.dataDir, "holds.log")).open.size).toBe(0);
    expect((await home.run("audit", "verify", "-c", home.file)).code).toBe(0);
  });

  test("all endings came about", () => {
    const endings = new Set(callLines().map(({ ending }) => ending));
    expect([...endings].toSorted()).toEqual(["complete", "failed", "gone", "interrupted"]);
  });
});

test("the gateway that died refuses where one refuses that never did and has as much left", async () => {
  const spent = spentBy("whole");
  await using gateway = await home.start();
  const passed = await callsUntilRefused(gateway);
  expect(passed).toBeGreaterThan(0);
  expect(spentBy("whole")).toBeLessThanOrEqual(CAP);

  using fresh = await makeHome({ upstream: upstream.origin, file: withCap(CAP - spent) });
  await using undying = await fresh.start();
  expect(await callsUntilRefused(undying)).toBe(passed);
});
