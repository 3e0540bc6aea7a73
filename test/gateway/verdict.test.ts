import { describe, expect, test } from "bun:test";
import type { Ending } from "../../server/core/call.ts";
import { judgeEnding, type Verdict } from "../../server/gateway/verdict.ts";

const ENDINGS: readonly Ending[] = ["complete", "failed", "cut", "gone", "interrupted"];

function judge(ending: Ending, upstreamStatus?: number, error: string | null = null): Verdict {
  return judgeEnding({ ending, error, upstreamStatus });
}

describe("an ending", () => {
  test("is a success when a 2xx came to its end", () => {
    expect([judge("complete", 200), judge("complete", 204)]).toEqual(["success", "success"]);
  });

  test("is a failure when the upstream was not reached, took too long, broke or went silent", () => {
    expect(judge("failed", undefined, "ConnectionRefused")).toBe("failure");
    expect(judge("failed", undefined, "upstream_timeout")).toBe("failure");
    expect(judge("failed", 200, "ECONNRESET")).toBe("failure");
    expect(judge("failed", 200, "upstream_timeout")).toBe("failure");
    expect(judge("failed", 200, "no_final_event")).toBe("failure");
  });

  test("is a failure after a 5xx, whoever ended it", () => {
    for (const status of [500, 502, 503, 529]) {
      for (const ending of ENDINGS) expect(judge(ending, status)).toBe("failure");
    }
  });

  test("says nothing after a redirect or a 4xx, whatever became of its explanation", () => {
    for (const status of [304, 400, 401, 404, 422, 429]) {
      for (const ending of ENDINGS) expect(judge(ending, status)).toBe("nothing");
    }
  });

  test("says nothing when the client or the gateway brought it about", () => {
    for (const ending of ["cut", "gone", "interrupted"] as const) {
      expect([judge(ending), judge(ending, 200)]).toEqual(["nothing", "nothing"]);
    }
    expect(judge("failed", undefined, "internal")).toBe("nothing");
  });
});
