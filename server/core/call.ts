/** One request through the gateway, from its first byte to its ending. */

/**
 * How a call ended: `complete` the whole answer passed; `failed` the upstream broke, timed out or was never reached;
 * `cut` the gateway ended it; `gone` the client left; `interrupted` the gateway died under it.
 */
export type Ending = "complete" | "failed" | "cut" | "gone" | "interrupted";

/** The wire format a caller speaks, and therefore the one that refusals and errors are told in. */
export type Dialect = "openai-chat" | "openai-responses" | "anthropic-messages" | "gemini" | "cohere-chat";
