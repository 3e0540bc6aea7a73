/** Completion scripts for shells, made of the command tree. Pure. */
import type { ArgDef } from "citty";
import { type CommandNode, lastWord } from "./tree.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** The script; the shell runs it once, and it needs nothing of us afterwards. */
export function renderCompletions(shell: Shell, root: CommandNode): string {
  const nodes = listNodes(root);
  switch (shell) {
    case "bash":
      return renderBash(nodes);
    case "zsh":
      return renderZsh(nodes);
    case "fish":
      return renderFish(nodes);
  }
}

function listNodes(node: CommandNode): CommandNode[] {
  return [node, ...node.below.flatMap(listNodes)];
}

/** A word that may come next, and what it means. */
interface Candidate {
  readonly word: string;
  readonly meaning: string;
}

function listCommands({ below }: CommandNode): Candidate[] {
  return below.map((node) => ({ word: lastWord(node), meaning: node.description }));
}

/** The options as they are typed, the short ones too. */
function listOptions({ args }: CommandNode): Candidate[] {
  const options = Object.entries(args).filter(([, { type }]) => type !== "positional");
  const help = { word: "--help", meaning: "Show what is possible" };
  return [...options.flatMap(([name, arg]) => spell(name, arg)), help];
}

function spell(name: string, arg: ArgDef): Candidate[] {
  const isOn = arg.type === "boolean" && arg.default === true;
  const meaning = (isOn ? arg.negativeDescription : arg.description) ?? "";
  const long = { word: `--${isOn ? "no-" : ""}${name}`, meaning };
  const short = "alias" in arg && typeof arg.alias === "string" ? [{ word: `-${arg.alias}`, meaning }] : [];
  return [long, ...short];
}

/** The spellings of all options whose value is a path: completed by the shell itself. */
function listPathOptions(nodes: readonly CommandNode[]): string[] {
  const words = nodes.flatMap(({ args }) =>
    Object.entries(args)
      .filter(([, { valueHint }]) => valueHint === "FILE" || valueHint === "DIR")
      .flatMap(([name, arg]) => spell(name, arg).map(({ word }) => word)),
  );
  return [...new Set(words)];
}

/** Commands that lead further, or take words that only the shell can complete. */
function takesPath({ args }: CommandNode): boolean {
  return Object.entries(args).some(
    ([name, { type }]) => type === "positional" && /^(?:file|program)$/.test(name),
  );
}

function renderBash(nodes: readonly CommandNode[]): string {
  const cases = nodes.map((node) => {
    const words = [...listCommands(node), ...listOptions(node)].map(({ word }) => word).join(" ");
    return `    ${quote(node.path)}) words=${quote(words)}; files=${takesPath(node) ? "-f" : ""} ;;`;
  });
  return `# Load with: source <(tollgate completions bash)
_tollgate() {
  local word=\${COMP_WORDS[COMP_CWORD]} last=\${COMP_WORDS[COMP_CWORD-1]} at=tollgate words files next
  case $last in
    ${listPathOptions(nodes).join("|")}) COMPREPLY=($(compgen -f -- "$word")); return ;;
  esac
  for next in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$at $next" in
      ${nodes
        .slice(1)
        .map(({ path }) => quote(path))
        .join("|")}) at="$at $next" ;;
    esac
  done
  case $at in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" $files -- "$word"))
}
complete -o filenames -F _tollgate tollgate`;
}

function renderZsh(nodes: readonly CommandNode[]): string {
  const pair = ({ word, meaning }: Candidate) => quote(`${word.replaceAll(":", "\\:")}:${meaning}`);
  const cases = nodes.map((node) => {
    const commands = listCommands(node).map(pair).join(" ");
    const options = listOptions(node).map(pair).join(" ");
    return `    ${quote(node.path)}) commands=(${commands}); options=(${options}); files=${takesPath(node) ? 1 : 0} ;;`;
  });
  return `#compdef tollgate
# Load with: source <(tollgate completions zsh)
_tollgate() {
  local at=tollgate next files=0
  local -a commands options
  case \${words[CURRENT-1]} in
    ${listPathOptions(nodes).join("|")}) _files; return ;;
  esac
  for next in \${words[2,CURRENT-1]}; do
    case "$at $next" in
      ${nodes
        .slice(1)
        .map(({ path }) => quote(path))
        .join("|")}) at="$at $next" ;;
    esac
  done
  case $at in
${cases.join("\n")}
  esac
  (( $#commands )) && _describe command commands
  [[ $PREFIX == -* ]] && _describe option options
  (( files )) && _files
}
# As a file of $fpath this is the function's first call; sourced, it is none.
if [[ $funcstack[1] == _tollgate ]]; then _tollgate "$@"; else compdef _tollgate tollgate; fi`;
}

function renderFish(nodes: readonly CommandNode[]): string {
  const lines = nodes.flatMap((node) => {
    const here = `complete -c tollgate -n ${quote(`__tollgate_at ${quote(node.path)}`)}`;
    const commands = listCommands(node).map(
      ({ word, meaning }) => `${here} -f -a ${word} -d ${quote(meaning)}`,
    );
    const options = listOptions(node).map(({ word, meaning }) => {
      const name = word.startsWith("--") ? `-l ${word.slice(2)}` : `-s ${word.slice(1)}`;
      return `${here} ${name} -d ${quote(meaning)}`;
    });
    return [...commands, ...options];
  });
  return `# Load with: tollgate completions fish | source
function __tollgate_at
    set -l at tollgate
    for next in (commandline -opc)[2..]
        contains -- "$at $next" ${nodes
          .slice(1)
          .map(({ path }) => quote(path))
          .join(" ")}
        and set at "$at $next"
    end
    test "$at" = "$argv"
end
${lines.join("\n")}`;
}

/** As all three shells read it back. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
