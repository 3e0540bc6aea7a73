import { createSignal, Match, onMount, Switch } from "solid-js";
import { pollStatus, signIn, signOut } from "./api.ts";
import { FleetPage } from "./pages/fleet.tsx";
import { SignInPage } from "./pages/sign-in.tsx";

/** `reason` says to the person why the page asks again, when there is something to say. */
type Session = { state: "unknown" } | { state: "in" } | { state: "out"; reason: string | null };

/** The whole page: asks for a session where there is none, shows the fleet where there is one. */
export function App(props: { code: string | null }) {
  const [session, setSession] = createSignal<Session>({ state: "unknown" });

  onMount(async () => setSession(await findSession(props.code)));

  async function leave(): Promise<void> {
    await signOut();
    setSession({ state: "out", reason: null });
  }

  return (
    <Switch>
      <Match when={session().state === "in"}>
        <FleetPage
          leave={leave}
          signedOut={() => setSession({ state: "out", reason: "Your session has ended. Sign in again." })}
        />
      </Match>
      <Match when={outReason(session())}>
        {(reason) => <SignInPage reason={reason().text} signedIn={() => setSession({ state: "in" })} />}
      </Match>
    </Switch>
  );
}

/** The cookie of an earlier visit, or a one-time link; a gateway that is down counts as signed in: the page says so. */
async function findSession(code: string | null): Promise<Session> {
  if (code) {
    const answer = await signIn({ code });
    if (answer.outcome === "signed-in") return { state: "in" };
    return { state: "out", reason: answer.message };
  }
  const poll = await pollStatus();
  return poll.outcome === "signed-out" ? { state: "out", reason: null } : { state: "in" };
}

/** Wrapped, since `Match` needs a truthy value even where there is no reason to tell. */
function outReason(session: Session): { text: string | null } | null {
  return session.state === "out" ? { text: session.reason } : null;
}
