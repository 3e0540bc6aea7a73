/**
 * Replaces a provider's key and says whether the new one works: `bun scripts/examples/rotate-key.ts <provider> < key.txt`.
 * Needs an `admin`'s token. TOLLGATE_URL and TOLLGATE_ADMIN_TOKEN say where the gateway is and who asks.
 */
import { createClient, explain } from "tollgate";

const { TOLLGATE_URL = "http://127.0.0.1:8080", TOLLGATE_ADMIN_TOKEN = "" } = process.env;
const [name] = process.argv.slice(2);
if (name === undefined) throw new Error("Say which provider.");
// From standard input: an argument would stand in the process list.
const api_key = (await new Response(Bun.stdin.stream()).text()).trim();

const gateway = createClient(TOLLGATE_URL, TOLLGATE_ADMIN_TOKEN);
const provider = gateway.api.providers({ name });
const changed = await provider.put({ api_key });
if (changed.error) throw new Error(explain(changed.error).message);

// It is in use from now on; calls in flight end with the old one.
const checked = await provider.validate.post();
if (checked.error) throw new Error(explain(checked.error).message);
console.log(checked.data.message);
if (checked.data.outcome !== "valid") process.exitCode = 1;
