/** The inbox: `node main.ts --port <http> --smtp-port <smtp> --data <folder>`. */
import { parseArgs } from "node:util";
import { serve } from "@hono/node-server";
import { createInboxApp } from "./app.ts";
import { createMailServer } from "./mail.ts";
import { MessageStore } from "./store.ts";

const { values } = parseArgs({
  options: { port: { type: "string" }, "smtp-port": { type: "string" }, data: { type: "string" } },
});
if (!values.port || !values["smtp-port"] || !values.data) throw new Error("--port, --smtp-port and --data are needed");

const hostname = "127.0.0.1";
const store = new MessageStore(values.data);
const mail = createMailServer(store);
mail.on("error", (error) => {
  // A client's broken connection is its own affair; a port that cannot be had is ours.
  console.error(error.message);
  if ("syscall" in error && error.syscall === "listen") process.exit(1);
});
mail.listen(Number(values["smtp-port"]), hostname, () => {
  const web = serve({ fetch: createInboxApp(store).fetch, hostname, port: Number(values.port) }, () =>
    console.log("the inbox is ready"),
  );
  web.on("error", (error) => {
    console.error(error.message);
    process.exit(1);
  });
});
process.on("SIGTERM", () => process.exit(0));
