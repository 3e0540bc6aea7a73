import { describe, expect, test } from "bun:test";
import type { Ending } from "../../server/core/call.ts";
import { judgeEnding, type Verdict } from "../../server/gateway/verdict.ts";
import type { AnswerReading } from "../../server/protocols/protocol.ts";

const ENDINGS: readonly Ending[] = ["complete", "failed", "cut", "gone", "interrupted"];

const NOTHING_TOLD: AnswerReading = {
  usage: null,
  passes: [],
  units: {},
  model: null,
  visibleBytes: 0,
  error: null,
  ended: false,
};

function judge(ending: Ending, upstreamStatus?: number, error: string | null = null): Verdict {
  return judgeEnding({ ending, error, upstreamStatus, reading: null });
}

/** Of a stream in which the provider told this error. */
function judgeTold(told: string, ending: Ending = "failed", error = told): Verdict {
  return judgeEnding({ ending, error, upstreamStatus: 200, reading: { ...NOTHING_TOLD, error: told } });
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

  test("is a failure when the provider ended its stream by an error of the server's, however the stream closed", () => {
    expect(judgeTold("overloaded_error")).toBe("failure");
    expect(judgeTold("overloaded_error", "failed", "ECONNRESET")).toBe("failure");
  });

  test("says nothing when the provider told an error that is not the server's, or when others ended it after that", () => {
    for (const told of ["invalid_request_error", "rate_limit_error", "error"]) {
      expect([judgeTold(told), judgeTold(told, "failed", "ECONNRESET")]).toEqual(["nothing", "nothing"]);
    }
    expect([judgeTold("overloaded_error", "cut"), judgeTold("overloaded_error", "gone")]).toEqual([
      "nothing",
      "nothing",
    ]);
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
