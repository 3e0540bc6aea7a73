import { describe, expect, test } from "bun:test";
import { createClient, explain } from "../server/client.ts";
import { startManagement } from "./management/support.ts";

/** Compiles only where the value has exactly this type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : never;

describe("the typed client", () => {
  test("knows what each route takes and answers", async () => {
    await using api = startManagement();
    api.setAgent("researcher");
    const client = createClient(api.url, api.token);

    const { data } = await client.api.status.get();
    true satisfies Same<NonNullable<typeof data>["agents"][number]["cost"]["day"], number>;
    true satisfies Same<NonNullable<typeof data>["gateway"]["version"], string>;
    expect(data?.agents.map(({ id }) => id)).toEqual(["researcher"]);

    const paused = await client.api.agents({ id: "researcher" }).pause.post({ duration: "1h", kill: true });
    expect(paused.data?.status).toBe("paused");
    const made = await client.api.tokens.post({ role: "viewer", expires_in: "1d" });
    true satisfies Same<NonNullable<typeof made.data>["role"], "viewer" | "admin" | "ingest">;
    const events = await client.api.events.post({ agent_id: "a", event_type: "heartbeat" });
    expect(events.data?.accepted).toBe(1);

    // Never run: it must not compile.
    const mistakes = () => [
      // @ts-expect-error: a switch is no span
      client.api.agents({ id: "a" }).pause.post({ duration: true }),
      // @ts-expect-error: there is no such route
      client.api.agent.get(),
      // @ts-expect-error: it is not changed so
      client.api.status.delete(),
      // @ts-expect-error: nobody filters by that
      client.api.logs.get({ query: { colour: "red" } }),
      // @ts-expect-error: there is no such type of event
      client.api.events.post({ agent_id: "a", event_type: "call" }),
    ];
    expect(mistakes).toBeFunction();
  });

  test("tells a refusal as a value, and explains it", async () => {
    await using api = startManagement();
    const { data, error } = await createClient(api.url, "tga_wrong").api.status.get();
    expect([data, error?.status as number | undefined]).toEqual([null, 401]);
    if (error) expect(explain(error)).toMatchObject({ code: "invalid_token", details: null });
    const unknown = await createClient(api.url, api.token).api.agents({ id: "nobody" }).get();
    if (unknown.error) expect(explain(unknown.error).code).toBe("unknown_agent");
    expect(unknown.error).not.toBeNull();
  });

  test("explains what no gateway has said, too", async () => {
    using other = Bun.serve({ port: 0, fetch: () => new Response("<html>", { status: 502 }) });
    const { error } = await createClient(other.url.origin, "t").api.status.get();
    expect(error && explain(error)).toMatchObject({ code: "no_gateway" });
    other.stop(true);
    const gone = await createClient(other.url.origin, "t").api.status.get();
    expect(gone.error && explain(gone.error).code).toBe("no_gateway");
  });

  test("gives the live feed to whoever reads it, and lets go of it at the first break", async () => {
    await using api = startManagement();
    for await (const message of createClient(api.url, api.token).live()) {
      if (message.type === "snapshot") true satisfies Same<typeof message.gateway.url, string>;
      expect(message.type).toBe("snapshot");
      break;
    }
  });
});
