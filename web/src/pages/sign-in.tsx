import { createSignal, Show } from "solid-js";
import { signIn } from "../api.ts";
import { Mark } from "../parts/mark.tsx";

/** Asks for the admin token; `reason` says why, when something went wrong before. */
export function SignInPage(props: { reason: string | null; signedIn: () => void }) {
  const [problem, setProblem] = createSignal(props.reason);
  const [busy, setBusy] = createSignal(false);
  let field: HTMLInputElement | undefined;

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const token = field?.value.trim();
    if (!token || busy()) return;
    setBusy(true);
    setProblem(null);
    const answer = await signIn({ token });
    setBusy(false);
    if (answer.outcome === "signed-in") return props.signedIn();
    setProblem(answer.message);
    field?.select();
  }

  return (
    <main class="sign-in">
      <form class="sign-in-card" onSubmit={submit}>
        <Mark />
        <h1>Sign in to Tollgate</h1>
        {/* Password managers keep the token under a name. */}
        <input type="text" autocomplete="username" value="admin" hidden readonly />
        <label for="token">Admin token</label>
        <input
          id="token"
          ref={field}
          type="password"
          autocomplete="current-password"
          spellcheck={false}
          placeholder="tga_…"
          aria-describedby="token-help"
          aria-invalid={problem() !== null}
          autofocus
          required
        />
        <Show when={problem()}>
          <p class="problem" role="alert">
            {problem()}
          </p>
        </Show>
        <button type="submit" class="primary" aria-disabled={busy()}>
          {busy() ? "Signing in…" : "Sign in"}
        </button>
        <div id="token-help" class="help">
          <p>
            On the machine that runs the gateway, <code>tollgate dashboard</code> opens this page logged in.
          </p>
          <p>
            The token itself is in the file <code>admin.token</code> in the gateway's data folder, unless the
            gateway is set to keep none.
          </p>
        </div>
      </form>
    </main>
  );
}
