/**
 * The least that a metering proxy written in Bun must do, as a yardstick: takes the body whole, parses it, forwards it,
 * parses the answer, gives it back; event streams pass through. No identity, no journal, no limits, no page.
 *
 * `bun run scripts/bench/minimal-proxy.ts <upstream origin>` prints the port it listens on.
 */
const upstream = process.argv[2];
if (!upstream) throw new Error("usage: minimal-proxy.ts <upstream origin>");

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  idleTimeout: 0,
  async fetch(request) {
    const { pathname, search } = new URL(request.url);
    const body = await request.bytes();
    JSON.parse(new TextDecoder().decode(body));
    const headers = new Headers(request.headers);
    headers.delete("host");
    const answer = await fetch(upstream + pathname + search, {
      method: request.method,
      headers,
      body,
      decompress: false,
      redirect: "manual",
    });
    const isStream = answer.headers.get("content-type")?.startsWith("text/event-stream");
    if (isStream) return new Response(answer.body, { status: answer.status, headers: answer.headers });
    const whole = await answer.bytes();
    JSON.parse(new TextDecoder().decode(whole));
    return new Response(whole, { status: answer.status, headers: answer.headers });
  },
});
console.log(server.port);
