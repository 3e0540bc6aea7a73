/** Who asks for a change, as the journal names them (SPEC 14.1). */
import type { Auth, Principal } from "./auth.ts";
import type { Failure } from "./failure.ts";
import { readAddress } from "./guard.ts";

/** What a route knows of its request. */
export interface Asker {
  readonly request: Request;
  readonly server: Parameters<typeof readAddress>[0];
}

/** Part of the `detail` of what they do. */
export interface AskerNote {
  /** Whether they showed a token, or are in a session that one has opened. */
  readonly by: Principal["kind"];
  /** Its id; null: the admin token. */
  readonly token: string | null;
}

/** To be asked before the change, which may end what they showed; why they may not, where they are let in no longer. */
export function noteAsker(auth: Auth, { request, server }: Asker): AskerNote | Failure {
  const verdict = auth.judge(request.headers, readAddress(server, request));
  if (verdict.kind === "refused") return verdict.failure;
  const { kind, token } = verdict.principal;
  return { by: kind, token };
}
