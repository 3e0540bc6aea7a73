/** Sends a notice by mail. A password goes over TLS alone, but to this machine itself. */
import type { Socket } from "node:net";
import type { Notice } from "../../core/alerts/notice.ts";
import type { ChannelSettings } from "../../core/alerts/settings.ts";
import { renderMail } from "./render.ts";
import type { Sent } from "./send.ts";

/** Begins to connect: `net.connect` in the running gateway. */
export type Connect = (port: number, host: string) => Socket;

/** RFC 8314: TLS from the first byte. On other ports it begins with STARTTLS. */
const TLS_PORT = 465;

/** One try. Every text of the server's own stays here: it may say anything, and be as long as it likes. */
export async function sendMail(
  { smtp, to }: ChannelSettings,
  notice: Notice,
  connect: Connect,
  signal: AbortSignal,
): Promise<Sent> {
  if (smtp === null) return LOST;
  const { host, port, user, password, from } = smtp;
  const socket = connect(port, host);
  const stop = () => socket.destroy();
  signal.addEventListener("abort", stop);
  // What still goes wrong once the try has ended matters to nobody.
  socket.on("error", () => undefined);
  try {
    await connected(socket, signal);
    // A gateway that sends no mail starts without the library.
    const { createTransport } = await import("nodemailer");
    const transport = createTransport({
      host,
      port,
      secure: port === TLS_PORT,
      requireTLS: user !== null && !isThisMachine(host),
      // The library would look the name up anew, and hold the connection as long as it likes.
      getSocket: (_options, take) => take(null, { connection: socket }),
      ...(user !== null && password !== null && { auth: { user, pass: password } }),
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    await transport.sendMail({ from, to: [...to], ...renderMail(notice) });
    return { ok: true };
  } catch (cause) {
    return signal.aborted ? LATE : describeFailure(cause);
  } finally {
    signal.removeEventListener("abort", stop);
    socket.destroy();
  }
}

const LOST: Sent = {
  ok: false,
  problem: "The channel's smtp was set at run time and cannot be read any more. Set it anew.",
  isFinal: true,
};
const LATE: Sent = { ok: false, problem: "The mail server did not answer in time.", isFinal: false };

function connected(socket: Socket, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once("connect", resolve);
  socket.once("error", reject);
  socket.once("close", () => reject(new Error("closed")));
  if (signal.aborted) reject(new Error("aborted"));
  return promise;
}

function describeFailure(cause: unknown): Sent {
  const { code, responseCode } = readFailure(cause);
  if (code === "EAUTH") {
    const problem = "The mail server does not accept the login. Check user and password.";
    return { ok: false, problem, isFinal: true };
  }
  if (code === "ETLS") {
    const problem =
      "The mail server offers no TLS that can be trusted, and the password goes over TLS alone.";
    return { ok: false, problem, isFinal: true };
  }
  if (responseCode !== null) {
    const problem = `The mail server answered ${responseCode}.`;
    return { ok: false, problem, isFinal: responseCode >= 500 };
  }
  const problem =
    "The mail server cannot be reached, or not by a connection that can be trusted. Check smtp.host, smtp.port and its certificate.";
  return { ok: false, problem, isFinal: false };
}

/** What the library says in its errors beside the text. */
function readFailure(cause: unknown): { readonly code: string | null; readonly responseCode: number | null } {
  if (typeof cause !== "object" || cause === null) return { code: null, responseCode: null };
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : null;
  const answered =
    "responseCode" in cause && typeof cause.responseCode === "number" ? cause.responseCode : null;
  return { code, responseCode: answered };
}

function isThisMachine(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}
