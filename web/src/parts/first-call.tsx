import { createSignal } from "solid-js";

/** What to do while no agent has called: one command, and how to move an existing agent over. */
export function FirstCall(props: { gatewayUrl: string }) {
  return (
    <section class="panel first-call" aria-labelledby="first-call-title">
      <h2 id="first-call-title">Send the first call</h2>
      <p>
        No agent has called yet. The name in the path is the agent's: it appears here with its first call,
        nothing needs to be set up before.
      </p>
      <Copyable text={renderCall(props.gatewayUrl)} />
      <p>
        An agent that runs already needs only another base URL. For OpenAI's SDK that is{" "}
        <code>{props.gatewayUrl}/agents/my-agent/openai/v1</code>, for Anthropic's{" "}
        <code>{props.gatewayUrl}/agents/my-agent/anthropic</code>.
      </p>
    </section>
  );
}

function renderCall(gatewayUrl: string): string {
  return `curl ${gatewayUrl}/agents/my-first-agent/openai/v1/chat/completions \\
  -H "Authorization: Bearer $OPENAI_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Say hello."}]}'`;
}

function Copyable(props: { text: string }) {
  const [said, setSaid] = createSignal("Copy");
  let code: HTMLElement | undefined;

  async function copy(): Promise<void> {
    // The clipboard is closed to pages that came over plain http from another machine.
    const copied = await navigator.clipboard?.writeText(props.text).then(
      () => true,
      () => false,
    );
    if (!copied && code) getSelection()?.selectAllChildren(code);
    setSaid(copied ? "Copied" : "Selected: press Ctrl+C");
  }

  return (
    <div class="copyable">
      <pre>
        <code ref={code}>{props.text}</code>
      </pre>
      <button type="button" onClick={copy} aria-live="polite">
        {said()}
      </button>
    </div>
  );
}
