/**
 * The provider that every candidate forwards to: answers a chat completion at once, or, for a request that carries
 * `x-bench-events: <count>/<millis between>`, streams that many events, each with the instant at which it was sent.
 *
 * `bun run scripts/bench/upstream.ts [millis before an answer]` prints the port it listens on.
 */
import { clock, renderEvent } from "./wire.ts";

const ANSWER = JSON.stringify({
  id: "chatcmpl-bench",
  object: "chat.completion",
  created: 1_760_000_000,
  model: "gpt-4o-mini",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: "The quick brown fox jumps over the lazy dog. ".repeat(12) },
      logprobs: null,
      finish_reason: "stop",
    },
  ],
  usage: {
    prompt_tokens: 180,
    completion_tokens: 120,
    total_tokens: 300,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0 },
  },
});
const JSON_HEADERS = { "Content-Type": "application/json" };
const STREAM_HEADERS = { "Content-Type": "text/event-stream" };

const latency = Number(process.argv[2] ?? 0);

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  idleTimeout: 0,
  async fetch(request) {
    await request.bytes();
    const plan = request.headers.get("x-bench-events");
    if (latency > 0) await Bun.sleep(latency);
    if (plan === null) return new Response(ANSWER, { headers: JSON_HEADERS });
    const [count = 0, every = 0] = plan.split("/").map(Number);
    return new Response(eventStream(count, every), { headers: STREAM_HEADERS });
  },
});
console.log(server.port);

function eventStream(count: number, every: number): ReadableStream<Uint8Array> {
  let timer: ReturnType<typeof setInterval> | undefined;
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    start(controller) {
      let sent = 0;
      const send = () => {
        controller.enqueue(encoder.encode(renderEvent(clock(), sent === count - 1)));
        sent += 1;
        if (sent < count) return;
        clearInterval(timer);
        controller.enqueue(encoder.encode("data: [DONE]\n\n"));
        controller.close();
      };
      timer = setInterval(send, every);
      send();
    },
    cancel: () => clearInterval(timer),
  });
}
