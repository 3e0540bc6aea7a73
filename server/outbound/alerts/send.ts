/** Sends one notice to one channel, once. Whatever the other side does costs bounded time and memory, and no secret is told. */
import type { Notice } from "../../core/alerts/notice.ts";
import type { ChannelSettings } from "../../core/alerts/settings.ts";
import type { Millis } from "../../core/duration.ts";
import { type Connect, sendMail } from "./email.ts";
import { type Post, postNotice } from "./post.ts";
import { renderDiscord, renderSlack, renderTelegram, renderWebhook } from "./render.ts";

export type Fetch = (url: string, init: BunFetchRequestInit) => Promise<Response>;

/** What became of one try. `isFinal`: another would end the same. */
export type Sent =
  | { readonly ok: true }
  | { readonly ok: false; readonly problem: string; readonly isFinal: boolean };

export interface SendParts {
  readonly fetch: Fetch;
  /** Opens the connection to a mail server. */
  readonly connect: Connect;
  /** Where Telegram's bots are reached: an origin without a slash at its end. */
  readonly telegram: string;
}

/** How long one try may take. */
export const SEND_LIMIT: Millis = 10_000;

/** Never rejects; ends soon after the signal is aborted. */
export function sendNotice(
  channel: ChannelSettings,
  notice: Notice,
  parts: SendParts,
  signal: AbortSignal,
): Promise<Sent> {
  if (channel.type === "email") return sendMail(channel, notice, parts.connect, signal);
  const post = describePost(channel, notice, parts.telegram);
  return post === null ? Promise.resolve(INCOMPLETE) : postNotice(post, parts.fetch, signal);
}

const INCOMPLETE: Sent = {
  ok: false,
  problem: "The channel lacks a value that was set at run time and cannot be read any more. Set it anew.",
  isFinal: true,
};

function describePost(channel: ChannelSettings, notice: Notice, telegram: string): Post | null {
  const { type, url, secret, bot_token, chat_id } = channel;
  if (type === "telegram") {
    if (bot_token === null || chat_id === null) return null;
    return {
      url: `${telegram}/bot${bot_token}/sendMessage`,
      body: renderTelegram(notice, chat_id),
      secret: null,
    };
  }
  if (url === null) return null;
  if (type === "webhook") return { url, body: renderWebhook(notice), secret };
  return { url, body: type === "slack" ? renderSlack(notice) : renderDiscord(notice), secret: null };
}
