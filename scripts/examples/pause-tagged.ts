/**
 * Pauses every agent with a tag: `bun scripts/examples/pause-tagged.ts <tag> [for how long]`, such as `eu 1h`. Needs an
 * `admin`'s token. TOLLGATE_URL and TOLLGATE_ADMIN_TOKEN say where the gateway is and who asks.
 */
import { createClient, explain } from "tollgate";

const { TOLLGATE_URL = "http://127.0.0.1:8080", TOLLGATE_ADMIN_TOKEN = "" } = process.env;
const [tag, duration = null] = process.argv.slice(2);
if (tag === undefined) throw new Error("Say which tag.");

const gateway = createClient(TOLLGATE_URL, TOLLGATE_ADMIN_TOKEN);
const { data, error } = await gateway.api.agents.get();
if (error) throw new Error(explain(error).message);

const tagged = data.agents.filter(({ tags, status }) => tags.includes(tag) && status !== "paused");
for (const { id } of tagged) {
  const paused = await gateway.api
    .agents({ id })
    .pause.post({ duration, reason: `everything tagged ${tag}` });
  if (paused.error) throw new Error(`${id}: ${explain(paused.error).message}`);
  console.log(id);
}
