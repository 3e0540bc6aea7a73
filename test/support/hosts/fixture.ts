/** A gateway before four hosts that speak one format each. */
import { afterAll, beforeAll, beforeEach } from "bun:test";
import { allowForProcesses, BUILD_LIMIT } from "../fixture.ts";
import { type Gateway, type Sections, startGateway } from "../gateway.ts";
import { startUpstream, type Upstream } from "../upstream.ts";
import { HOSTS, providersAt, SPOKEN, type Spoken } from "./hosts.ts";

export interface HostsFixture {
  readonly hosts: Readonly<Record<Spoken, Upstream>>;
  /** Running from the first test on. */
  readonly gateway: Gateway;
}

/** USD per million tokens, whatever the model. */
const PRICES = { "*": { input: 1, output: 10, cache_read: 0.5 } };

/** The agent whose calls to `auto` this host serves. */
export function agentOf(spoken: Spoken): string {
  return `to-${HOSTS[spoken].provider}`;
}

/**
 * For all tests of the calling file; the hosts forget between them. `file` is given the origin of each host and says what
 * stands in gateway.yaml besides the hosts, and an agent for each.
 */
export function useHosts(file: (origins: Record<Spoken, string>) => Sections = () => ({})): HostsFixture {
  allowForProcesses();
  const hosts = fromSpoken(() => startUpstream());
  const agents = SPOKEN.map((spoken) => {
    const { provider, model } = HOSTS[spoken];
    return [agentOf(spoken), { provider, model }] as const;
  });
  let gateway: Gateway | null = null;
  beforeAll(async () => {
    const origins = fromSpoken((spoken) => hosts[spoken].origin);
    const own = file(origins);
    gateway = await startGateway({
      file: {
        ...own,
        pricing: { models: PRICES },
        providers: { ...providersAt(origins), ...own.providers },
        agents: { ...Object.fromEntries(agents), ...own.agents },
      },
    });
  }, BUILD_LIMIT);
  beforeEach(() => {
    for (const spoken of SPOKEN) hosts[spoken].reset();
  });
  afterAll(async () => {
    await gateway?.[Symbol.asyncDispose]();
    for (const spoken of SPOKEN) await hosts[spoken][Symbol.asyncDispose]();
  });
  return {
    hosts,
    get gateway() {
      if (!gateway) throw new Error("the gateway runs from the first test on, not before");
      return gateway;
    },
  };
}

function fromSpoken<Value>(make: (spoken: Spoken) => Value): Record<Spoken, Value> {
  return {
    "openai-chat": make("openai-chat"),
    "openai-responses": make("openai-responses"),
    "anthropic-messages": make("anthropic-messages"),
    gemini: make("gemini"),
  };
}
