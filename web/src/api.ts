/** What the page asks the management API for: same origin, the session's cookie goes along by itself. */
import type { ErrorAnswer } from "../../server/management/wire/access.ts";
import type { AgentStatus, LiveMessage, StatusAnswer } from "../../server/management/wire/status.ts";
import type { Poll } from "./feed/connect.ts";

/** What opening a session came to; `message` is a sentence for the person. */
export type SignIn =
  | { readonly outcome: "signed-in" }
  | { readonly outcome: "refused"; readonly message: string };

/** Exchanges the admin token, or the code of a one-time link, for the session's cookie. */
export async function signIn(proof: { token: string } | { code: string }): Promise<SignIn> {
  const answer = await request("/api/session", post(proof));
  return answer?.ok ? { outcome: "signed-in" } : { outcome: "refused", message: await readProblem(answer) };
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

/** What pausing or resuming an agent came to; `message` is a sentence for the person. */
export type Decision =
  | { readonly outcome: "done"; readonly agent: AgentStatus }
  | { readonly outcome: "refused"; readonly message: string };

/** How to pause. An empty reason is none; `duration` as in `1h`, null: until somebody resumes the agent. */
export interface PauseOrder {
  readonly reason: string;
  readonly duration: string | null;
  /** Whether its calls in flight are cut. */
  readonly kill: boolean;
}

/** Pauses an agent; the pause takes the place of any that it had. */
export function pauseAgent(agent: string, { reason, duration, kill }: PauseOrder): Promise<Decision> {
  const order = { kill, ...(reason && { reason }), ...(duration && { duration }) };
  return decide(`/api/agents/${encodeURIComponent(agent)}/pause`, order);
}

/** Lets a paused agent call again. */
export function resumeAgent(agent: string): Promise<Decision> {
  return decide(`/api/agents/${encodeURIComponent(agent)}/resume`, {});
}

async function decide(path: string, order: object): Promise<Decision> {
  const answer = await request(path, post(order));
  if (!answer?.ok) return { outcome: "refused", message: await readProblem(answer) };
  const agent: AgentStatus | null = await answer.json().catch(() => null);
  return agent ? { outcome: "done", agent } : { outcome: "refused", message: CUT_OFF };
}

const CUT_OFF = "The gateway's answer broke off: look at the agent's status before you try again.";

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

function post(body: object): RequestInit {
  return {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
}

/** Why an answer is not the one asked for, and what to do about it. */
async function readProblem(answer: Response | null): Promise<string> {
  if (!answer) return "The gateway does not answer. Is it running?";
  const body: ErrorAnswer | null = await answer.json().catch(() => null);
  return body?.error.message ?? `The gateway answered ${answer.status}.`;
}

/** The answer, or null when there was none: no network, or the gateway is down. */
function request(path: string, init: RequestInit): Promise<Response | null> {
  return fetch(path, { ...init, cache: "no-store" }).catch(() => null);
}
