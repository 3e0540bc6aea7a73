import { afterAll, beforeAll, beforeEach, setDefaultTimeout } from "bun:test";
import { type Gateway, type GatewayOptions, startGateway } from "./gateway.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

/** The first test of a run may have to wait for the build. */
export const BUILD_LIMIT = 180_000;

export interface Fixture {
  readonly upstream: Upstream;
  /** Running from the first test on. */
  readonly gateway: Gateway;
}

/**
 * One upstream and one gateway for all tests of the calling file; the upstream forgets between them. `options` is given
 * the upstream's origin, at which every known provider lives.
 */
export function useGateway(options: (origin: string) => GatewayOptions = () => ({})): Fixture {
  allowForProcesses();
  const upstream = startUpstream();
  let gateway: Gateway | null = null;
  beforeAll(async () => {
    gateway = await startGateway({ upstream: upstream.origin, ...options(upstream.origin) });
  }, BUILD_LIMIT);
  beforeEach(() => upstream.reset());
  afterAll(async () => {
    await gateway?.[Symbol.asyncDispose]();
    await upstream[Symbol.asyncDispose]();
  });
  return {
    upstream,
    get gateway() {
      if (!gateway) throw new Error("the gateway runs from the first test on, not before");
      return gateway;
    },
  };
}

/** Tests of the calling file start and end processes: what fails should say so itself before the runner gives up. */
export function allowForProcesses(): void {
  setDefaultTimeout(60_000);
}
