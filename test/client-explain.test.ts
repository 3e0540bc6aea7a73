import { expect, test } from "bun:test";
import { createClient, explain } from "../server/client.ts";

async function explained(url: string): Promise<string> {
  const { error } = await createClient(url, "t").api.status.get();
  if (error === null) throw new Error("Somebody answered as a gateway does.");
  return explain(error).message;
}

test("what no gateway has said is told apart: nobody there, or somebody else", async () => {
  const other = Bun.serve({ port: 0, fetch: () => new Response("<html>", { status: 502 }) });
  expect(await explained(other.url.origin)).toBe(
    "This is not a gateway's answer: it answered 502. Check the address.",
  );
  await other.stop(true);
  expect(await explained(other.url.origin)).toMatch(
    /^No gateway answers at this address \(.+\)\. Check that it runs, and the address\.$/,
  );
});
