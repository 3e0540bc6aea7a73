/** A receiver of webhooks on 127.0.0.1 that keeps what it is sent and answers as the test says. */
import { type Arrivals, createArrivals } from "./signals.ts";

export interface Delivered {
  readonly path: string;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies whose shape is what they check
  readonly body: any;
}

export interface Webhook extends AsyncDisposable {
  readonly url: string;
  readonly delivered: readonly Delivered[];
  /** The next one that nobody has taken. */
  next: Arrivals<Delivered>["next"];
  /** From now on every post is answered so. */
  answer: () => Response | Promise<Response>;
}

export function startWebhook(): Webhook {
  const delivered: Delivered[] = [];
  const arrivals = createArrivals<Delivered>();
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const text = await request.text();
      const { pathname } = new URL(request.url);
      const one = { path: pathname, headers: request.headers, text, body: text ? JSON.parse(text) : null };
      delivered.push(one);
      arrivals.push(one);
      return webhook.answer();
    },
  });
  const webhook: Webhook = {
    url: `http://127.0.0.1:${server.port}`,
    delivered,
    next: arrivals.next,
    answer: () => new Response("ok"),
    [Symbol.asyncDispose]: () => server.stop(true),
  };
  return webhook;
}
