/** What comes in by standard input: a person's answers, or what another program pipes in. */
import { createInterface } from "node:readline";
import { Writable } from "node:stream";

export interface Input {
  /** Whether a person can be asked. */
  readonly isPerson: boolean;
  /** One line in answer to the question; null when the person ends the input instead. */
  ask(question: string): Promise<string | null>;
  /** The same, without showing what is typed. */
  askSecret(question: string): Promise<string | null>;
  /** Everything up to the end of the input. */
  readAll(): Promise<string>;
}

/** Standard input. Questions go to standard error, so that the answer of a command can be piped on. */
export function processInput(): Input {
  return {
    isPerson: process.stdin.isTTY === true,
    ask: (question) => askBy(process.stderr, question),
    async askSecret(question) {
      process.stderr.write(question);
      const answer = await askBy(new Writable({ write: (_chunk, _encoding, done) => done() }), "");
      process.stderr.write("\n");
      return answer;
    },
    readAll: () => Bun.stdin.text(),
  };
}

/** `output` is where the typed letters appear. */
function askBy(output: NodeJS.WritableStream, question: string): Promise<string | null> {
  const lines = createInterface({ input: process.stdin, output, terminal: process.stdin.isTTY === true });
  return new Promise((resolve) => {
    const leave = (): void => {
      output.write("\n");
      resolve(null);
    };
    lines.once("close", leave);
    lines.once("SIGINT", () => lines.close());
    lines.question(question, (answer) => {
      lines.off("close", leave).close();
      resolve(answer);
    });
  });
}
