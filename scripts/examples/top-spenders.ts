/**
 * Who spent the most today: `bun scripts/examples/top-spenders.ts [how many]`. Needs a `viewer`'s token.
 * TOLLGATE_URL and TOLLGATE_ADMIN_TOKEN say where the gateway is and who asks.
 */
import { createClient, explain } from "tollgate";

const { TOLLGATE_URL = "http://127.0.0.1:8080", TOLLGATE_ADMIN_TOKEN = "" } = process.env;
const most = Number(process.argv[2] ?? 10);

const gateway = createClient(TOLLGATE_URL, TOLLGATE_ADMIN_TOKEN);
const { data, error } = await gateway.api.status.get();
if (error) throw new Error(explain(error).message);

const spenders = data.agents
  .filter(({ cost }) => cost.day > 0)
  .toSorted((one, other) => other.cost.day - one.cost.day)
  .slice(0, most);
for (const { id, owner, cost, calls } of spenders) {
  console.log([cost.day.toFixed(4), calls.day, id, owner ?? "-"].join("\t"));
}
