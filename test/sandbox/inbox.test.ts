import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInboxApp } from "../../sandbox/inbox/app.ts";
import { createMailServer } from "../../sandbox/inbox/mail.ts";
import { keptMessages, type Message, MessageStore } from "../../sandbox/inbox/store.ts";
import { endpointEnvironment, startSandbox, stopSandbox } from "../../sandbox/index.ts";
import { removeRoots, temporaryRoot } from "./support.ts";

const base = "http://127.0.0.1:8025";

describe("sandbox: inbox", () => {
  let directory: string;
  let store: MessageStore;

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), "slipway-inbox-"));
    store = new MessageStore(directory);
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  /** One request to the inbox, with the host that a client of 127.0.0.1 sends. */
  async function request(url: string, init: RequestInit = {}, host = "127.0.0.1:8025"): Promise<Response> {
    return createInboxApp(store).request(`${base}${url}`, { ...init, headers: { ...init.headers, host } });
  }

  function slack(body: unknown, type = "application/json"): Promise<Response> {
    return request("/slack/deployments", {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
      headers: { "content-type": type },
    });
  }

  describe("Slack webhook", () => {
    const answers: readonly [string, unknown, number, string][] = [
      ["a text", { text: "Deployed 1.2.0" }, 200, "ok"],
      ["blocks without text", { blocks: [{ type: "section", text: { type: "mrkdwn", text: "hello" } }] }, 200, "ok"],
      ["an attachment", { attachments: [{ title: "Rollback", text: "started" }] }, 200, "ok"],
      ["no text", { username: "slipway" }, 400, "no_text"],
      ["an empty text", { text: "  " }, 400, "no_text"],
      ["something that is not JSON", "{text", 400, "invalid_payload"],
      ["a JSON list", "[]", 400, "invalid_payload"],
      ["a text that is a number", { text: 7 }, 400, "invalid_payload"],
      ["51 blocks", { blocks: Array.from({ length: 51 }, () => ({ type: "divider" })) }, 400, "invalid_blocks"],
      ["101 attachments", { attachments: Array.from({ length: 101 }, () => ({})) }, 400, "too_many_attachments"],
      ["two megabytes", { text: "x".repeat(2 * 1024 * 1024) }, 413, "invalid_payload"],
    ];
    for (const [what, body, status, text] of answers) {
      it(`answers ${what} with ${text}`, async () => {
        const response = await slack(body);
        assert.deepEqual([response.status, await response.text()], [status, text]);
        assert.equal(store.list().length, status === 200 ? 1 : 0);
      });
    }

    it("takes the payload of a form", async () => {
      const response = await slack(
        new URLSearchParams({ payload: '{"text":"from a form"}' }).toString(),
        "application/x-www-form-urlencoded",
      );
      assert.equal(await response.text(), "ok");
      assert.equal(store.list()[0]?.text, "from a form");
    });

    it("shows what Slack would: blocks before text, links and escapes resolved", async () => {
      await slack({
        text: "for the notification only",
        blocks: [
          { type: "header", text: { type: "plain_text", text: "Release 1.2.0" } },
          {
            type: "section",
            fields: [
              { type: "mrkdwn", text: "a &lt; b &amp;&amp; c" },
              { type: "mrkdwn", text: "<https://example.test/run|the run>" },
            ],
          },
        ],
      });
      assert.equal(store.list()[0]?.text, "Release 1.2.0\na < b && c\nthe run (https://example.test/run)");
    });

    it("knows only webhooks below /slack/, by POST", async () => {
      assert.equal((await request("/slack/", { method: "POST", body: "{}" })).status, 404);
      assert.equal((await request("/slack/deployments")).status, 404);
    });
  });

  describe("page", () => {
    it("shows messages as text, whatever they hold", async () => {
      const attack = `<script>alert(1)</script><img src=x onerror=alert(2)>"'`;
      store.add({ kind: "mail", to: attack, from: attack, subject: attack, text: attack, attachments: [attack] });
      store.add({ kind: "slack", to: "deployments", from: "", subject: "", text: `</pre>${attack}`, attachments: [] });
      const page = await (await request("/")).text();
      assert.doesNotMatch(page, /<script|<img|onerror=alert\(2\)>"'/);
      assert.match(page, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/);
    });

    it("allows nothing but its own style", async () => {
      const response = await request("/");
      const policy = response.headers.get("content-security-policy") ?? "";
      assert.match(
        policy,
        /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]{44}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
      );
      assert.equal(response.headers.get("x-content-type-options"), "nosniff");
      assert.match(await response.text(), /http-equiv="refresh"/);
    });

    it("shows the newest message first", async () => {
      for (const text of ["first", "second"]) await slack({ text });
      const page = await (await request("/")).text();
      assert.ok(page.indexOf("second") < page.indexOf("first"));
    });

    it("is not served to a name of the web that points at 127.0.0.1", async () => {
      assert.equal((await request("/api/messages", {}, "evil.example")).status, 421);
      assert.equal((await request("/api/messages", {}, "localhost:8025")).status, 200);
    });
  });

  describe("messages", () => {
    it("lists and removes them as JSON", async () => {
      await slack({ text: "one", username: "slipway" });
      const listed = (await (await request("/api/messages")).json()) as Message[];
      assert.deepEqual(
        listed.map(({ kind, to, from, text }) => ({ kind, to, from, text })),
        [{ kind: "slack", to: "deployments", from: "slipway", text: "one" }],
      );
      assert.equal((await request("/api/messages", { method: "DELETE" })).status, 204);
      assert.deepEqual(new MessageStore(directory).list(), []);
    });

    it("survive a crash in the midst of a line", async () => {
      await slack({ text: "whole" });
      appendFileSync(path.join(directory, "messages.jsonl"), '{"id":"7","text":"ha');
      const later = new MessageStore(directory);
      later.add({ kind: "slack", to: "c", from: "", subject: "", text: "after", attachments: [] });
      assert.deepEqual(
        new MessageStore(directory).list().map(({ text }) => text),
        ["after", "whole"],
      );
    });

    it("are kept up to a number and a length", () => {
      for (let number = 0; number < keptMessages + 250; number++) {
        store.add({
          kind: "slack",
          to: "c",
          from: "",
          subject: "",
          text: number === 0 ? "" : String(number),
          attachments: [],
        });
      }
      const lines = readFileSync(path.join(directory, "messages.jsonl"), "utf8").trim().split("\n");
      assert.ok(lines.length <= keptMessages * 1.2);
      assert.equal(store.list()[0]?.text, String(keptMessages + 249));
      assert.ok(
        store.add({ kind: "mail", to: "", from: "", subject: "", text: "x".repeat(200_000), attachments: [] }).text
          .length < 70_000,
      );
    });
  });

  describe("mail", () => {
    let port: number;
    let close: () => Promise<void>;

    beforeEach(async () => {
      const server = createMailServer(store);
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      port = (server.server.address() as net.AddressInfo).port;
      close = () => new Promise((resolve) => server.close(resolve));
    });

    afterEach(() => close());

    it("keeps what was sent, hidden recipients included", async () => {
      const answers = await sendMail(
        port,
        ["cto@teamflow.test", "audit@teamflow.test"],
        [
          "From: Slipway <slipway@teamflow.test>",
          "To: cto@teamflow.test",
          "Subject: =?utf-8?Q?Freigabe_n=C3=B6tig?=",
          'Content-Type: multipart/mixed; boundary="b"',
          "",
          "--b",
          "Content-Type: text/plain; charset=utf-8",
          "",
          "Release 1.2.0 waits for you.",
          "--b",
          "Content-Type: text/csv",
          'Content-Disposition: attachment; filename="changes.csv"',
          "",
          "a,b",
          "--b--",
        ],
      );
      assert.match(answers.at(-2) ?? "", /^250/);
      const [mail] = store.list();
      assert.equal(mail?.subject, "Freigabe nötig");
      assert.equal(mail?.to, "cto@teamflow.test, audit@teamflow.test");
      assert.equal(mail?.from, "Slipway <slipway@teamflow.test>");
      assert.equal(mail?.text.trim(), "Release 1.2.0 waits for you.");
      assert.match(mail?.attachments.join() ?? "", /^changes\.csv \(text\/csv, \d+ bytes\)$/);
    });

    it("reads a mail of HTML alone as text", async () => {
      const html =
        '<head><style>p{}</style></head><p>Hello &amp; welcome</p><script>alert(1)</script><a href="https://x.test/">here</a>';
      await sendMail(port, ["a@b.test"], ["Subject: x", "Content-Type: text/html", "", html]);
      assert.equal(store.list()[0]?.text, "Hello & welcome\nhere (https://x.test/)");
    });

    it("refuses a mail of more than 10 MB", async () => {
      const line = "x".repeat(900);
      const answers = await sendMail(
        port,
        ["a@b.test"],
        ["Subject: big", "", ...Array.from({ length: 12_500 }, () => line)],
      );
      assert.match(answers.join("\n"), /^552/m);
      assert.deepEqual(store.list(), []);
    });
  });

  describe("as a part of the sandbox", () => {
    afterEach(removeRoots);

    it("takes notifications at the addresses of the environment, and has them after a restart", async () => {
      const root = temporaryRoot();
      await startSandbox({ root, parts: ["inbox"] });
      const env = endpointEnvironment(root);
      const posted = await fetch(env.SLACK_WEBHOOK_URL ?? "", { method: "POST", body: '{"text":"from Slack"}' });
      assert.equal(await posted.text(), "ok");
      await sendMail(Number(new URL(env.SMTP_URL ?? "").port), ["a@b.test"], ["Subject: from mail", "", "hello"]);
      await stopSandbox(root);
      await startSandbox({ root, parts: ["inbox"] });
      const kept = (await (await fetch(`${env.SLIPWAY_INBOX_URL}api/messages`)).json()) as Message[];
      assert.deepEqual(
        kept.map(({ kind, subject, text }) => [kind, subject, text.trim()]),
        [
          ["mail", "from mail", "hello"],
          ["slack", "", "from Slack"],
        ],
      );
    });
  });
});

/** Sends a mail by plain SMTP; the server's answers, one a command. */
function sendMail(port: number, recipients: readonly string[], lines: readonly string[]): Promise<string[]> {
  const body = `${lines.join("\r\n")}\r\n.`;
  const commands = [
    "HELO test",
    "MAIL FROM:<slipway@teamflow.test>",
    ...recipients.map((address) => `RCPT TO:<${address}>`),
    "DATA",
    body,
    "QUIT",
  ];
  return new Promise((resolve, reject) => {
    const answers: string[] = [];
    let received = "";
    const socket = net.connect({ host: "127.0.0.1", port });
    socket.on("data", (chunk) => {
      received += chunk.toString();
      while (received.includes("\r\n")) {
        const end = received.indexOf("\r\n");
        answers.push(received.slice(0, end));
        received = received.slice(end + 2);
        const next = commands.shift();
        if (next) socket.write(`${next}\r\n`);
      }
    });
    socket.once("error", reject);
    socket.once("close", () => resolve(answers));
  });
}
