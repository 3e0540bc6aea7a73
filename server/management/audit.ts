import { Elysia } from "elysia";
import { answerFailure, failure } from "./failure.ts";
import type { Verify } from "./verification.ts";
import type { VerifyAnswer } from "./wire/records.ts";

/** `GET /audit/verify`: reads every file of the journal and says what was edited, removed, inserted, reordered or cut off. */
export function auditRoutes(verify: Verify) {
  return new Elysia().get("/audit/verify", async ({ request, server, set }) => {
    // A large journal takes longer than an idle connection is kept.
    server?.timeout(request, 0);
    const verified = await verify();
    if ("problem" in verified)
      return answerFailure(failure(503, "journal_unverifiable", verified.problem), set);
    return verified satisfies VerifyAnswer;
  });
}
