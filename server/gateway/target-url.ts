/** Guards `x-target-url`: an agent may say where a plain call goes, but not into the operator's own network (SPEC 16.4). */
import { BlockList, isIP, isIPv4 } from "node:net";
import { type Refusal, refusal } from "../core/refusal.ts";

/** Looks a host name up; every address it has. */
export type Resolve = (host: string) => Promise<string[]>;

export interface CheckedTarget {
  readonly base: URL;
  /** The address that was checked: the connection goes to it and to no other. */
  readonly address: string;
}

/** Which hosts an agent may name. */
export interface TargetRules {
  /** Names, addresses or `*.suffix` patterns: these may have private addresses. */
  readonly allowed: readonly string[];
  /** Whether no other host may be named, public ones included. */
  readonly onlyAllowed: boolean;
}

/** Link-local (cloud metadata among it), multicast, reserved and address-translating ranges: never. */
const NEVER = blockList([
  ["0.0.0.0", 8],
  ["169.254.0.0", 16],
  ["100.100.100.200", 32],
  // Azure's WireServer is a public address that answers inside of a machine there.
  ["168.63.129.16", 32],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["fd00:ec2::254", 128],
  ["fd20:ce::254", 128],
]);

/** Loopback, private and carrier-internal ranges: only for hosts that the operator allows. */
const PRIVATE = blockList([
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["::1", 128],
  ["fc00::", 7],
]);

/** All that is given out of IPv6 to be reached from everywhere, and IPv4 addresses wrapped in it. */
const GLOBAL6 = blockList([
  ["2000::", 3],
  ["::ffff:0.0.0.0", 96],
]);

/** Checks a target base: http(s), no credentials, and its host with every address that it has allowed. */
export async function checkTarget(
  header: string,
  { allowed, onlyAllowed }: TargetRules,
  resolve: Resolve,
): Promise<CheckedTarget | Refusal> {
  const base = URL.parse(header.trim());
  if (!base) return invalid("it is not an absolute URL");
  if (base.protocol !== "https:" && base.protocol !== "http:")
    return invalid("only http and https are possible");
  if (base.username || base.password) return invalid("it must not hold credentials");
  if (base.search || base.hash) return invalid("it must not hold a query or a fragment");

  const host = base.hostname.replace(/^\[|\]$/g, "");
  const isAllowed = isAllowedHost(host, allowed);
  // Before anything is looked up: a name that is looked up tells its owner something, too.
  if (onlyAllowed && !isAllowed) {
    return forbidden(
      host,
      "where identity.mode is keys, the host has to stand in gateway.allow_target_hosts",
    );
  }
  const addresses = isIP(host) ? [host] : await resolve(host).catch((): string[] => []);
  const [address] = addresses;
  if (!address) return refusal("invalid_target_url", `The host of x-target-url, ${host}, has no address.`);

  for (const one of addresses) {
    const kind = classifyAddress(one);
    if (kind === "never")
      return forbidden(host, "link-local, metadata and reserved addresses are never reached");
    if (kind === "private" && !isAllowed) {
      return forbidden(host, "private addresses need the host in gateway.allow_target_hosts");
    }
  }
  return { base, address };
}

/** Which range an IP address lies in; IPv4 addresses wrapped in IPv6 ones count as themselves (BlockList unwraps them). */
export function classifyAddress(address: string): "public" | "private" | "never" {
  const family = isIPv4(address) ? "ipv4" : "ipv6";
  if (NEVER.check(address, family)) return "never";
  if (PRIVATE.check(address, family)) return "private";
  return family === "ipv4" || GLOBAL6.check(address, family) ? "public" : "never";
}

function isAllowedHost(host: string, patterns: readonly string[]): boolean {
  const name = host.toLowerCase();
  return patterns.some((pattern) => {
    const wanted = pattern.toLowerCase();
    return wanted.startsWith("*.") ? name.endsWith(wanted.slice(1)) : name === wanted;
  });
}

function blockList(ranges: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, isIPv4(network) ? "ipv4" : "ipv6");
  return list;
}

function invalid(what: string): Refusal {
  return refusal("invalid_target_url", `The header x-target-url cannot be used: ${what}.`);
}

function forbidden(host: string, why: string): Refusal {
  return refusal("target_forbidden", `The target ${host} of x-target-url is not allowed: ${why}.`);
}
