import { expect, test } from "bun:test";
import { readlinkSync } from "node:fs";
import { findNetwork } from "../server/network.ts";

const isLinux = process.platform === "linux";

test("a network has the same name each time that it is asked for", () => {
  expect(findNetwork()).toBe(findNetwork());
});

test.if(isLinux)(
  "two processes of one network tell the same, and both tell the namespace and the boot",
  () => {
    const asked = `import { findNetwork } from ${JSON.stringify(`${import.meta.dir}/../server/network.ts`)}; console.log(findNetwork());`;
    const { stdout } = Bun.spawnSync([process.execPath, "-e", asked]);
    expect(stdout.toString().trim()).toBe(findNetwork() ?? "none");
    expect(findNetwork()).toStartWith(`${readlinkSync("/proc/self/ns/net")} `);
    expect(findNetwork()).not.toEndWith(" ");
  },
);

test.if(!isLinux)("a machine without namespaces is one network", () => {
  expect(findNetwork()).toBeNull();
});
