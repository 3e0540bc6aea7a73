/** The table `trust`: what trust has come to, one row an agent, so that a restart does not forget it. */
import type { Database } from "bun:sqlite";
import type { State } from "./store.ts";

/** What state.db does with trust standings (SPEC 11). Each throws what SQLite throws; then nothing was written. */
export function prepareTrust(database: Database): Pick<State, "readTrust" | "writeTrust"> {
  const list = database.query<{ agent: string; standing: string }, []>("SELECT agent, standing FROM trust");
  const write = database.query("INSERT OR REPLACE INTO trust (agent, standing) VALUES (?, ?)");
  const writeAll = database.transaction((standings: Iterable<readonly [string, unknown]>) => {
    for (const [agent, standing] of standings) write.run(agent, JSON.stringify(standing));
  });
  return {
    readTrust: () => new Map(list.all().map(({ agent, standing }) => [agent, parse(standing)])),
    writeTrust: (standings) => writeAll(standings),
  };
}

/** One row that was edited or torn must not keep the others from being read. */
function parse(standing: string): unknown {
  try {
    return JSON.parse(standing);
  } catch {
    return null;
  }
}
