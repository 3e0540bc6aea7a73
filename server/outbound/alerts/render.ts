/** A notice in the words of each channel. Names in it are agents': what would be markup there is escaped. Pure. */
import type { Notice } from "../../core/alerts/notice.ts";

/** Characters; Discord refuses longer messages, and no notice is nearly as long. */
const LONGEST_TEXT = 1_900;

const SIGNS = { raised: "🔴", repeated: "🔴", recovered: "🟢", test: "🔔" } as const;

/** For programs: every member of the notice, times as ISO 8601. */
export function renderWebhook({ id, time, rule, type, kind, agent, text, fact }: Notice): string {
  return JSON.stringify({ id, time: new Date(time).toISOString(), rule, type, kind, agent, text, fact });
}

/** Slack's incoming webhooks: `&`, `<` and `>` begin mentions and links, and the rest of its markup is turned off. */
export function renderSlack(notice: Notice): string {
  const text = renderLine(notice).replace(/[&<>]/g, (sign) => SLACK_ESCAPES.get(sign) ?? sign);
  return JSON.stringify({ text, mrkdwn: false, link_names: false, unfurl_links: false, unfurl_media: false });
}

const SLACK_ESCAPES: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
]);

/** Suppresses previews of what looks like a link. */
const SUPPRESS_EMBEDS = 4;

/** Discord's webhooks: Markdown is escaped, and nobody is mentioned. */
export function renderDiscord(notice: Notice): string {
  const content = renderLine(notice).replace(/[\\*_~`|>#<@[\]()-]/g, (sign) => `\\${sign}`);
  return JSON.stringify({ content, allowed_mentions: { parse: [] }, flags: SUPPRESS_EMBEDS });
}

/** Telegram's sendMessage: without a parse_mode the text is plain. */
export function renderTelegram(notice: Notice, chatId: string): string {
  return JSON.stringify({
    chat_id: chatId,
    text: renderLine(notice),
    link_preview_options: { is_disabled: true },
  });
}

/** Subject and text of a mail, both plain. */
export function renderMail(notice: Notice): { readonly subject: string; readonly text: string } {
  const { rule, kind, agent, time } = notice;
  const about = agent === null ? rule : `${rule}, ${agent}`;
  return {
    subject: `[Tollgate] ${SUBJECTS[kind]}: ${about}`,
    text: `${shorten(notice.text)}\n\nRule: ${rule}\nTime: ${new Date(time).toISOString()}\n`,
  };
}

const SUBJECTS = { raised: "alert", repeated: "still", recovered: "over", test: "test" } as const;

function renderLine({ kind, rule, text }: Notice): string {
  return shorten(`${SIGNS[kind]} ${text} (rule ${rule})`);
}

function shorten(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}…`;
}
