// Runs the published GraphQL over HTTP audits against the URL given as argument.
// Prints a JSON list: id, name, status ("ok", "notice", "warn" or "error") and, if not ok, reason.
import { serverAudits } from "graphql-http";

const [url] = process.argv.slice(2);
const results = [];
for (const { id, name, fn } of serverAudits({ url })) {
  const { status, reason } = await fn();
  results.push({ id, name, status, reason });
}
console.log(JSON.stringify(results));
