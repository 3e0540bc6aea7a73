/** What the page asks the management API for: same origin, the session's cookie goes along by itself. */
import type { ErrorAnswer, LiveMessage, StatusAnswer } from "../../server/management/wire.ts";
import type { Poll } from "./feed/connect.ts";

/** What opening a session came to; `message` is a sentence for the person. */
export type SignIn =
  | { readonly outcome: "signed-in" }
  | { readonly outcome: "refused"; readonly message: string };

/** Exchanges the admin token, or the code of a one-time link, for the session's cookie. */
export async function signIn(proof: { token: string } | { code: string }): Promise<SignIn> {
  const answer = await request("/api/session", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(proof),
  });
  if (!answer) return { outcome: "refused", message: "The gateway does not answer. Is it running?" };
  if (answer.ok) return { outcome: "signed-in" };
  const body: ErrorAnswer | null = await answer.json().catch(() => null);
  return { outcome: "refused", message: body?.error.message ?? `The gateway answered ${answer.status}.` };
}

/** Ends the session, as far as the gateway can be told. */
export async function signOut(): Promise<void> {
  await request("/api/session", { method: "DELETE" });
}

/** The fleet as it is now. */
export async function pollStatus(): Promise<Poll> {
  const answer = await request("/api/status", {});
  if (answer?.status === 401) return { outcome: "signed-out" };
  if (!answer?.ok) return { outcome: "unreachable" };
  const status: StatusAnswer | null = await answer.json().catch(() => null);
  return status ? { outcome: "answered", status } : { outcome: "unreachable" };
}

/** Opens the live feed; see `FeedWorld.openSocket`. */
export function openLive(heard: (message: LiveMessage) => void, closed: () => void): () => void {
  const url = new URL("/api/live", location.href);
  url.protocol = url.protocol.replace("http", "ws");
  const socket = new WebSocket(url);
  socket.onmessage = (event) => heard(JSON.parse(event.data));
  socket.onclose = closed;
  return () => {
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  };
}

/** The answer, or null when there was none: no network, or the gateway is down. */
function request(path: string, init: RequestInit): Promise<Response | null> {
  return fetch(path, { ...init, cache: "no-store" }).catch(() => null);
}
