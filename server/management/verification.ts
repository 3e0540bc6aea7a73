/** The journal's check as the API asks for it: one at a time, whoever waits for it (SPEC 14.1). */
import { basename } from "node:path";
import { sayWhy } from "../store/append-file.ts";
import { type VerifyReport, verifyJournal } from "../store/verify.ts";
import type { ManagementContext } from "./context.ts";
import type { VerifyAnswer } from "./wire/records.ts";

/** What came of a check, or why there was none, as a sentence. */
export type Verified = VerifyAnswer | { readonly problem: string };

/** Looks through all files of the journal. Who asks while a check is under way is given what comes of it. */
export type Verify = () => Promise<Verified>;

export function createVerification({
  now,
  store,
  settings,
  stopping,
}: Pick<ManagementContext, "now" | "store" | "settings" | "stopping">): Verify {
  let running: Promise<Verified> | null = null;

  async function check(): Promise<Verified> {
    const { audit, gateway } = settings();
    try {
      // How far the journal must reach is known of what is on disk.
      await store.journal.flush();
      const report = await verifyJournal(audit.log_file, gateway.data_dir, stopping);
      return viewVerification(report, new Date(now()).toISOString());
    } catch (error) {
      return { problem: `The journal could not be checked: ${sayWhy(error)}` };
    }
  }

  return () => {
    running ??= check().finally(() => {
      running = null;
    });
    return running;
  };
}

/** What a check has shown, without the folders of this machine. Pure. */
export function viewVerification(report: VerifyReport, checkedAt: string): VerifyAnswer {
  const { ok, files, lines, firstSeq, lastSeq, problems, problemCount } = report;
  return {
    ok,
    checked_at: checkedAt,
    files,
    lines,
    first_seq: firstSeq,
    last_seq: lastSeq,
    unchecked: explainUnchecked(report),
    problems: problems.map((one) => ({ ...one, file: one.file === null ? null : basename(one.file) })),
    problem_count: problemCount,
  };
}

function explainUnchecked({ isTorn, endChecked, signaturesChecked }: VerifyReport): string[] {
  const torn = "The last line is not finished: it is being written, or the gateway crashed while it was.";
  const end =
    "Whether lines were cut off at the end could not be checked: state.db knows no line that this journal must reach.";
  const signatures = "The checkpoints' signatures could not be checked: keys/journal.pub.pem is not there.";
  return [
    ...(isTorn ? [torn] : []),
    ...(endChecked ? [] : [end]),
    ...(signaturesChecked ? [] : [signatures]),
  ];
}
