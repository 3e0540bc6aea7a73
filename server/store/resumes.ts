/** The table `resumes`: what agents had done when a person last resumed them, one row an agent. */
import type { Database } from "bun:sqlite";
import type { Resume } from "../core/pause.ts";
import type { State } from "./store.ts";

/** What state.db does with resumes (SPEC 10). Each throws what SQLite throws. */
export function prepareResumes(database: Database): Pick<State, "readResumes" | "writeResume"> {
  const list = database.query<Resume, []>(
    "SELECT agent, calls, errors, cost_nano AS costNano FROM resumes ORDER BY agent",
  );
  const write = database.query(
    "INSERT OR REPLACE INTO resumes (agent, calls, errors, cost_nano) VALUES (?, ?, ?, ?)",
  );
  return {
    readResumes: () => list.all(),
    writeResume: ({ agent, calls, errors, costNano }) => void write.run(agent, calls, errors, costNano),
  };
}
