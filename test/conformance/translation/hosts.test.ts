/** The table of hosts in docs/translation.md is what their records say: each row, and no other. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chatSpeaker } from "../../../server/protocols/translation/chat/speaker.ts";
import type { HostTakes, Lack } from "../../../server/protocols/translation/takes.ts";
import { createProviders } from "../../../server/providers/index.ts";

const DOCUMENT = readFileSync(join(import.meta.dir, "../../../docs/translation.md"), "utf8");

test("every host with ways of its own stands in it as it is", () => {
  const rows = DOCUMENT.split("\n").filter((line) => /^\| `\w+` \|/.test(line));
  const providers = createProviders({});
  const hosts = providers.names().flatMap((id) => {
    const takes = providers.find(id)?.takes;
    return takes ? [rowOf(id, takes)] : [];
  });
  expect(rows.toSorted()).toEqual(hosts.toSorted());
});

function rowOf(id: string, { lacks = [], hottest = 2, mostStops = 4, seed, user }: HostTakes): string {
  const names = [seed, user].filter((name) => typeof name === "string");
  const cells = [
    `\`${id}\``,
    lacks.map(nameOf).join(", ") || "–",
    hottest,
    mostStops,
    names.map((name) => `\`${name}\``).join(", ") || "–",
  ];
  return `| ${cells.join(" | ")} |`;
}

function nameOf(lack: Lack): string {
  return lack === "schema" ? "JSON of a schema" : `\`${chatSpeaker.memberOf(lack)}\``;
}
