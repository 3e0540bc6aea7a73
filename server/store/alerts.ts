/** The tables `raised_alerts` and `notices`: which alerts are not over, and what was told of them (SPEC 15). */
import type { Database } from "bun:sqlite";
import type { NoticePage, RaisedAlert, State, ToldNotice } from "./store.ts";

type AlertState = Pick<
  State,
  "readRaised" | "writeRaised" | "removeRaised" | "writeNotice" | "readNotices" | "readWaitingNotices"
>;

interface RaisedRow {
  rule: string;
  subject: string;
  period: string;
  since: number;
  told_at: number;
  fact: string;
}

interface NoticeRow {
  seq: number;
  notice: string;
  deliveries: string;
}

const MOST_NOTICES = 1_000;

/** What state.db does with alerts. Each throws what SQLite throws; rows that were edited and are no JSON are left out. */
export function prepareAlerts(database: Database): AlertState {
  const listRaised = database.query<RaisedRow, []>(
    "SELECT * FROM raised_alerts ORDER BY since, rule, subject",
  );
  const writeRaised = database.query(
    "INSERT OR REPLACE INTO raised_alerts (rule, subject, period, since, told_at, fact) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const removeRaised = database.query("DELETE FROM raised_alerts WHERE rule = ? AND subject = ?");
  const writeNotice = database.query(
    `INSERT INTO notices (id, rule, agent, is_waiting, notice, deliveries) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET is_waiting = excluded.is_waiting, deliveries = excluded.deliveries`,
  );
  const prune = database.query("DELETE FROM notices WHERE seq <= (SELECT max(seq) FROM notices) - ?");
  const list = database.query<NoticeRow, [number | null, string | null, string | null, number]>(
    `SELECT seq, notice, deliveries FROM notices
     WHERE (?1 IS NULL OR seq < ?1) AND (?2 IS NULL OR rule = ?2) AND (?3 IS NULL OR agent = ?3)
     ORDER BY seq DESC LIMIT ?4`,
  );
  const listWaiting = database.query<NoticeRow, []>(
    "SELECT seq, notice, deliveries FROM notices WHERE is_waiting = 1 ORDER BY seq",
  );
  const write = database.transaction(({ notice, deliveries }: ToldNotice) => {
    const isWaiting = deliveries.some(({ state }) => state === "waiting") ? 1 : 0;
    const { id, rule, agent } = notice;
    writeNotice.run(id, rule, agent, isWaiting, JSON.stringify(notice), JSON.stringify(deliveries));
    prune.run(MOST_NOTICES);
  });

  return {
    readRaised: () => listRaised.all().flatMap(readRaisedRow),
    writeRaised({ rule, subject, raised: { period, since, toldAt }, fact }) {
      writeRaised.run(rule, subject, period, since, toldAt, JSON.stringify(fact));
    },
    removeRaised: (rule, subject) => void removeRaised.run(rule, subject),
    writeNotice: (told) => write(told),
    readNotices({ rule = null, agent = null }, limit, before): NoticePage {
      const rows = list.all(before, rule, agent, limit + 1);
      const shown = rows.slice(0, limit);
      const nextCursor = rows.length > limit ? (shown.at(-1)?.seq ?? null) : null;
      return { entries: shown.flatMap(readNoticeRow), nextCursor };
    },
    readWaitingNotices: () => listWaiting.all().flatMap(readNoticeRow),
  };
}

function readRaisedRow({ rule, subject, period, since, told_at, fact }: RaisedRow): RaisedAlert[] {
  return parse(fact, (read) => ({ rule, subject, raised: { period, since, toldAt: told_at }, fact: read }));
}

function readNoticeRow({ notice, deliveries }: NoticeRow): ToldNotice[] {
  return parse(`[${notice},${deliveries}]`, ([told, made]) => ({ notice: told, deliveries: made }));
}

/** One row that was edited or torn must not keep the others from being read. */
function parse<Row>(text: string, build: (read: ReturnType<typeof JSON.parse>) => Row): Row[] {
  try {
    return [build(JSON.parse(text))];
  } catch {
    return [];
  }
}
