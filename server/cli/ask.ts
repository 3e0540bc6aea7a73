/** One question to a running gateway, and what to say when it is not answered. */
import { type Client, createClient } from "../client.ts";
import { type Failure, failure } from "./failure.ts";
import type { Target } from "./target.ts";

/** What the typed client resolves to, as far as it matters here. */
interface Reply<Data> {
  readonly data: Data | null;
  readonly error: { readonly value: unknown } | null;
  readonly response: Response | undefined;
}

/** The answer, or why there is none. */
export async function ask<Data extends object>(
  target: Target,
  question: (client: Client) => Promise<Reply<Data>>,
): Promise<Data | Failure> {
  const { data, error, response } = await question(createClient(target.url, target.token));
  if (!response) return explainSilence(target);
  if (data !== null && typeof data === "object") return data;
  return explainRefusal(target, response.status, error?.value);
}

/** Nothing listens there, or nothing that speaks HTTP. */
function explainSilence({ url, urlSource }: Target): Failure {
  return failure(
    `No gateway answers at ${url} (from ${urlSource}).`,
    "Start one with `tollgate start`, or name another with --url, --data-dir or -c FILE.",
  );
}

/** The gateway, or something else at its address, said no. `body` is what it sent along. */
function explainRefusal({ url, tokenSource }: Target, status: number, body: unknown): Failure {
  if (status === 401) {
    return failure(
      `The gateway at ${url} refuses the token from ${tokenSource}.`,
      "The right one stands in admin.token in the gateway's data folder; give it with --token or TOLLGATE_ADMIN_TOKEN.",
    );
  }
  const said = readError(body);
  if (said === null)
    return failure(`What answers at ${url} is no Tollgate gateway (HTTP ${status}).`, "Check --url.");
  const { message, problems } = said;
  return problems.length < 2
    ? failure(message)
    : failure(`The gateway refuses this for ${problems.length} reasons.`, problems.join("\n"));
}

/** What `{error:{message, details}}` says, the one shape of the management API's errors: all problems, if it names some. */
function readError(body: unknown): { readonly message: string; readonly problems: readonly string[] } | null {
  const { error } = membersOf(body);
  const { message, details } = membersOf(error);
  if (typeof message !== "string") return null;
  const { problems } = membersOf(details);
  const told = Array.isArray(problems) ? problems.map((one: unknown) => membersOf(one).message) : [];
  return { message, problems: told.filter((one) => typeof one === "string") };
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
