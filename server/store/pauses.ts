/** The table `pauses`: whoever is paused, one row an agent. */
import type { Database } from "bun:sqlite";
import type { Pause } from "../core/pause.ts";
import type { State } from "./store.ts";

/** What state.db does with pauses (SPEC 7.4). Each throws what SQLite throws. */
export function preparePauses(database: Database): Pick<State, "readPauses" | "writePause" | "removePause"> {
  const list = database.query<Omit<Pause, "cause"> & { cause: string }, []>(
    "SELECT agent, since, until, cause FROM pauses ORDER BY agent",
  );
  const write = database.query(
    "INSERT OR REPLACE INTO pauses (agent, since, until, cause) VALUES (?, ?, ?, ?)",
  );
  const remove = database.query("DELETE FROM pauses WHERE agent = ?");
  return {
    readPauses: () => list.all().map(({ cause, ...pause }) => ({ ...pause, cause: JSON.parse(cause) })),
    writePause: ({ agent, since, until, cause }) =>
      void write.run(agent, since, until, JSON.stringify(cause)),
    removePause: (agent) => void remove.run(agent),
  };
}
