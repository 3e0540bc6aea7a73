/** `npm start -- [arguments of tollgate start]`: installs and builds what is missing, then becomes the gateway. */
import { BINARY, build, isFresh } from "./binary.ts";
import { prepare } from "./install.ts";

await prepare();
if (!isFresh()) {
  console.log("Building dist/tollgate …");
  await build();
}
const command = [BINARY, "start", ...process.argv.slice(2)];
// The same process goes on as the gateway, so that every signal reaches it once. Windows cannot do that.
process.execve?.(BINARY, command, process.env);
const child = Bun.spawn(command, { stdin: "inherit", stdout: "inherit", stderr: "inherit" });
process.exit(await child.exited);
