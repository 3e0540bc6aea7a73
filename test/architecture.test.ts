/** The house's laws that can be read off the imports: who may call whom, and what the core may not know. */
import { describe, expect, test } from "bun:test";
import { dirname, join, relative } from "node:path";

const ROOT = join(import.meta.dir, "..");
const SERVER = join(ROOT, "server");
const sources = [...new Bun.Glob("**/*.ts").scanSync(SERVER)].filter((file) => !file.endsWith(".d.ts"));

/** ARCHITECTURE: which rooms a room may import values from. Its own is always allowed; types are free. */
const MAY_IMPORT = new Map<string, readonly string[]>([
  ["core", []],
  ["protocols", ["core"]],
  ["providers", ["core", "protocols"]],
  ["store", ["core"]],
  ["gateway", ["core", "protocols", "providers", "store"]],
  ["outbound", ["core", "store"]],
  ["management", ["core", "providers", "store", "gateway", "outbound"]],
  ["config", ["core"]],
  ["cli", ["core", "config", "client", "version"]],
]);

/** Commands that work without a running gateway. */
const MAY_ALSO = new Map<string, readonly string[]>([
  ["cli/start.ts", ["launch"]],
  ["cli/proxy.ts", ["proxy"]],
  ["cli/audit.ts", ["store"]],
  ["cli/init.ts", ["providers"]],
  ["cli/config-check.ts", ["load"]],
  ["cli/config-import.ts", ["providers"]],
  ["cli/config-unset.ts", ["store"]],
  ["cli/own-gateway.ts", ["network", "store"]],
  ["cli/token.ts", ["load", "management", "store"]],
  ["cli/doctor.ts", ["load"]],
  ["cli/doctor/journal.ts", ["store"]],
  ["cli/doctor/upstream.ts", ["providers"]],
]);

/** Top-level files that any room may use: they hold a constant of the build. */
const EVERYWHERE = ["version"];

/** The configuration calls wire formats by the names of those who made them: `protocol: openai`. */
const FORMAT_NAMES = /"(?:openai|anthropic|gemini|cohere)"/g;
const MAY_NAME_FORMATS =
  /^(?:core\/settings|config\/schema|providers\/(?:custom|virtual|operations|[a-z]+-host))\.ts$/;

/** A member of requests to an OpenAI-compatible endpoint that is called after its maker. */
const MEMBER_NAME = /"google"/g;
const MAY_NAME_MEMBER = /^protocols\/translation\/chat\//;

interface Import {
  readonly from: string;
  readonly to: string;
}

async function valueImports(file: string): Promise<Import[]> {
  const text = await Bun.file(join(SERVER, file)).text();
  const found: Import[] = [];
  for (const match of text.matchAll(/^(?:import|export)\s+(type\s+)?([^;]*?)from\s+"([^"]+)"/gm)) {
    const [, typeOnly, names = "", path = ""] = match;
    if (typeOnly || !path.startsWith(".") || bringsOnlyTypes(names)) continue;
    found.push({ from: file, to: relative(SERVER, join(SERVER, dirname(file), path)) });
  }
  for (const match of text.matchAll(/import\("(\.[^"]+)"\)/g)) {
    found.push({ from: file, to: relative(SERVER, join(SERVER, dirname(file), match[1] ?? "")) });
  }
  return found;
}

function bringsOnlyTypes(names: string): boolean {
  const inside = /\{([^}]*)\}/.exec(names)?.[1];
  const parts =
    inside
      ?.split(",")
      .map((name) => name.trim())
      .filter(Boolean) ?? [];
  return parts.length > 0 && parts.every((name) => name.startsWith("type "));
}

function roomOf(file: string): string {
  const [first = ""] = file.split("/");
  return first.replace(/\.ts$/, "");
}

describe("the house", () => {
  test("every room imports only what it may", async () => {
    const wrong: string[] = [];
    for (const file of sources) {
      const allowed = MAY_IMPORT.get(roomOf(file));
      if (!allowed) continue;
      const also = MAY_ALSO.get(file) ?? [];
      for (const { to } of await valueImports(file)) {
        const room = roomOf(to);
        if (
          room === roomOf(file) ||
          allowed.includes(room) ||
          also.includes(room) ||
          EVERYWHERE.includes(room)
        )
          continue;
        wrong.push(`${file} -> ${to}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("nothing above the rooms is imported by a room, and nothing imports the command line", async () => {
    const wrong: string[] = [];
    for (const file of sources) {
      if (roomOf(file) === "cli" || file === "main.ts") continue;
      for (const { to } of await valueImports(file)) if (roomOf(to) === "cli") wrong.push(`${file} -> ${to}`);
    }
    expect(wrong).toEqual([]);
  });

  test("the page imports nothing but types from the server", async () => {
    const web = join(ROOT, "web/src");
    const wrong: string[] = [];
    for (const file of new Bun.Glob("**/*.{ts,tsx}").scanSync(web)) {
      const text = await Bun.file(join(web, file)).text();
      for (const match of text.matchAll(/^import\s+(type\s+)?([^;]*?)from\s+"([^"]*server\/[^"]*)"/gm)) {
        if (!match[1] && !bringsOnlyTypes(match[2] ?? "")) wrong.push(`${file} -> ${match[3]}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("the core reads no clock, no chance, no environment, no network and no library", async () => {
    const forbidden =
      /\b(?:Date\.now|new Date\(\)|performance\.|Math\.random|crypto\.|process\.|Bun\.|fetch\(|setTimeout|setInterval)/;
    const wrong: string[] = [];
    for (const file of sources.filter((name) => roomOf(name) === "core")) {
      const text = await Bun.file(join(SERVER, file)).text();
      const lines = text.split("\n");
      lines.forEach((line, index) => {
        const code = line.replace(/^\s*(?:\*|\/\/|\/\*).*$/, "");
        if (forbidden.test(code)) wrong.push(`${file}:${index + 1} ${line.trim()}`);
        if (/^import\s+(?!type\b)[^"]*from\s+"[^.]/.test(code))
          wrong.push(`${file}:${index + 1} ${line.trim()}`);
      });
    }
    expect(wrong).toEqual([]);
  });

  test("a provider's name stands in its own file and the index alone", async () => {
    const providers = join(SERVER, "providers");
    const index = await Bun.file(join(providers, "index.ts")).text();
    const ids = [...index.matchAll(/^import \{ \w+ \} from "\.\/(\w+)\.ts";/gm)]
      .map((match) => match[1] ?? "")
      .filter((id) => !["custom", "manner", "paths"].includes(id));
    expect(ids).toHaveLength(10);

    const named = new RegExp(`["'\`](?:${ids.join("|")})["'\`]`);
    const wrong: string[] = [];
    for (const file of sources) {
      if (ids.some((id) => file === `providers/${id}.ts`) || file === "providers/index.ts") continue;
      const text = await Bun.file(join(SERVER, file)).text();
      text.split("\n").forEach((line, at) => {
        const plain = MAY_NAME_FORMATS.test(file) ? line.replace(FORMAT_NAMES, "") : line;
        const code = MAY_NAME_MEMBER.test(file) ? plain.replace(MEMBER_NAME, "") : plain;
        if (named.test(code)) wrong.push(`${file}:${at + 1} ${line.trim()}`);
      });
    }
    expect(wrong).toEqual([]);
  });
});
