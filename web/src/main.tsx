import { render } from "solid-js/web";
import { App } from "./app.tsx";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/figures.css";
import "./styles/tables.css";
import "./styles/agents.css";
import "./styles/agent-cards.css";
import "./styles/governance.css";
import "./styles/budget.css";
import "./styles/agent-actions.css";
import "./styles/agent-detail.css";
import "./styles/dialog.css";
import "./styles/entries.css";
import "./styles/sign-in.css";

const root = document.getElementById("root");
if (root) render(() => <App code={takeCode()} />, root);

/** The code of a one-time link (`#code=…`), removed at once: it must not stay in the address or the history. */
function takeCode(): string | null {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code !== null) history.replaceState(null, "", location.pathname + location.search);
  return code;
}
