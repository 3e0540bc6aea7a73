/** Error bodies in each provider's own shape, as its official SDK understands them. */

/** Who is failing: the shapes differ more than the dialects do. */
export type ErrorShape = "openai" | "anthropic" | "gemini" | "cohere" | "mistral" | "minimax";

/** The body of an error answer; `message` lets a test recognise it. */
export function errorBody(shape: ErrorShape, status: number, message: string): unknown {
  switch (shape) {
    case "openai":
      return { error: { message, type: "invalid_request_error", param: "model", code: "model_not_found" } };
    case "anthropic":
      return { type: "error", error: { type: "overloaded_error", message }, request_id: "req_test" };
    case "gemini":
      return { error: { code: status, message, status: "RESOURCE_EXHAUSTED" } };
    case "cohere":
      return { id: "cohere-error", message };
    case "mistral":
      return { detail: message };
    case "minimax":
      return { base_resp: { status_code: 1008, status_msg: message } };
  }
}
