/** The tree of commands, read from their definitions. */
import type { ArgsDef, CommandDef } from "citty";

/** A command as it is described; one with commands below it does nothing itself. */
export interface CommandNode {
  /** `tollgate audit verify`. */
  readonly path: string;
  readonly description: string;
  readonly args: ArgsDef;
  readonly below: readonly CommandNode[];
}

/** This command and all below it, in their order. Loads each. */
export async function readTree(command: CommandDef, path: string): Promise<CommandNode> {
  const { description = "" } = await resolved(command.meta ?? {});
  const commands = Object.entries(await resolved(command.subCommands ?? {}));
  const below = commands.map(async ([name, sub]) => readTree(await resolved(sub), `${path} ${name}`));
  return { path, description, args: await resolved(command.args ?? {}), below: await Promise.all(below) };
}

/** The commands that do something: those that have none below them. Pure. */
export function listLeaves(node: CommandNode): CommandNode[] {
  return node.below.length === 0 ? [node] : node.below.flatMap(listLeaves);
}

/** The last of a command's words: `verify`. Pure. */
export function lastWord({ path }: Pick<CommandNode, "path">): string {
  return path.slice(path.lastIndexOf(" ") + 1);
}

/** citty lets every part be a value, a promise or a function of either. */
export function resolved<Value extends object>(
  part: Value | Promise<Value> | (() => Value | Promise<Value>),
): Value | Promise<Value> {
  return typeof part === "function" ? part() : part;
}
