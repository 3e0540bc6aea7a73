import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { html } from "../../server/management/html.ts";
import { renderPageEnd } from "../../server/management/report-page.ts";
import type { VerifyAnswer } from "../../server/management/wire/records.ts";
import { makeCall, startManagement } from "./support.ts";

const HOSTILE = `"><script>alert(1)</script><img src=x onerror='alert(1)'>&amp;\u202Egnp.exe\u0000`;

const CHECKED: VerifyAnswer = {
  ok: true,
  checked_at: "2026-01-10T12:00:00.000Z",
  files: 3,
  lines: 12_345,
  first_seq: 1,
  last_seq: 12_345,
  unchecked: [],
  problems: [],
  problem_count: 0,
};

describe("a report for print", () => {
  test("tells the period, the filters, the figures and that the journal is whole", async () => {
    await using api = startManagement();
    api.append(makeCall({ owner: "team-ml", purpose: "ci", cost_nano: 1_250_000_000 }));
    api.append(makeCall({ owner: undefined, purpose: "ci", cost: null, cost_nano: null }));
    const answer = await api.asAdmin("/api/reports?by=owner&purpose=ci&from=24h&format=html");
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const page = await answer.text();
    expect(page).toStartWith("<!doctype html>");
    expect(page).toEndWith("</html>\n");
    const text = page
      .replace(/<style>[\s\S]*<\/style>/, "")
      .replace(/<[^>]+>/g, " ")
      .replace(/\s+/g, " ");
    for (const told of [
      "Calls and costs by owner",
      "2026-01-09 12:00 GMT+00:00 to before 2026-01-10 13:00 GMT+00:00",
      "Filters purpose “ci”",
      "team-ml 1 0 0 10 5 1.25 0 245 245 gpt-4o (1)",
      "none given 1 0 0 10 5 — 1 245 245 gpt-4o (1)",
      "All 2 0 0 20 10 1.25 1 245 245",
      "The journal is complete and unchanged",
      "3 lines in 1 file, numbers 1 to 3.",
    ]) {
      expect(text).toContain(told);
    }
  });

  test("shows hostile names as text, hides nothing, and lets a browser run nothing", async () => {
    await using api = startManagement();
    for (const name of ["owner", "model", "purpose"] as const) api.append(makeCall({ [name]: HOSTILE }));
    for (const by of ["owner", "model", "purpose"]) {
      const query = `by=${by}&format=html&${by === "purpose" ? `purpose=${encodeURIComponent(HOSTILE)}` : ""}`;
      const answer = await api.asAdmin(`/api/reports?${query}`);
      const page = await answer.text();
      expect(page).toContain(
        "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;amp;�gnp.exe�",
      );
      const tags = page.match(/<[^/][^>]*>/g) ?? [];
      expect(tags.filter((tag) => /^<(?:script|img|link|iframe|object)| on| style=/.test(tag))).toEqual([]);
      expect(page).not.toContain("\u202E");
      const style = /<style>([\s\S]*)<\/style>/.exec(page)?.[1] ?? "";
      const policy = answer.headers.get("content-security-policy") ?? "";
      expect(policy).toStartWith("default-src 'none'; ");
      expect(policy).toContain(`style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`);
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    }
  });

  test("says so when the journal is not as it was written, and where", async () => {
    await using api = startManagement();
    for (let i = 0; i < 4; i++) api.append(makeCall({ request_id: `r${i}` }));
    const { log_file: file } = api.context.settings().audit;
    writeFileSync(file, readFileSync(file, "utf8").replace('"r2"', '"rX"'));
    const page = await (await api.asAdmin("/api/reports?by=agent&format=html")).text();
    expect(page).toContain("The journal is not as it was written: 1 finding.");
    expect(page).toContain("<li>audit.jsonl:4 (number 4): was edited: its hash does not fit its bytes</li>");
    expect(page).not.toContain("complete and unchanged");
  });
});

describe("the last paragraph", () => {
  test("does not call complete what could not be checked", () => {
    const end = renderPageEnd({ ...CHECKED, unchecked: ["The signatures could not be checked."] });
    expect(end).toContain("not everything could be checked");
    expect(end).toContain("<li>The signatures could not be checked.</li>");
    expect(end).not.toContain("complete and unchanged");
  });

  test("counts the findings that are not told, and shows what they quote as text", () => {
    const problem = { file: "audit.jsonl", line: 3, seq: null, what: "<b>" };
    const end = renderPageEnd({ ...CHECKED, ok: false, problems: [problem], problem_count: 1_201 });
    expect(end).toContain("1,201 findings");
    expect(end).toContain("<li>audit.jsonl:3: &lt;b&gt;</li>");
    expect(end).toContain("… and 1,200 more.");
  });

  test("tells why there was no check", () => {
    expect(renderPageEnd({ problem: "The journal could not be checked: <gone>" })).toContain(
      '<p class="bad">The journal could not be checked: &lt;gone&gt;</p>',
    );
  });
});

test("what a template is given is text, unless a template made it", () => {
  expect(html`<p title="${`"`}">${[html`<b>${"<i>"}</b>`, html`${1}`]}</p>`.html).toBe(
    '<p title="&quot;"><b>&lt;i&gt;</b>1</p>',
  );
});
