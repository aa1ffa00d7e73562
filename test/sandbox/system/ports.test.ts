import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { choosePort, isFree } from "../../../sandbox/system/ports.ts";

describe("sandbox: ports", () => {
  it("chooses the same port for the same seed as long as it is free, and avoids promised ones", async () => {
    const port = await choosePort("a checkout/postgres", new Set());
    assert.equal(await choosePort("a checkout/postgres", new Set()), port);
    assert.notEqual(await choosePort("a checkout/postgres", new Set([port])), port);
    assert.ok(port >= 20_000 && port < 32_000);
  });

  for (const address of ["127.0.0.1", "0.0.0.0"]) {
    it(`sees that a program listens on ${address}`, async () => {
      const port = await choosePort(`taken ${address}`, new Set());
      const stranger = net.createServer().listen(port, address);
      await once(stranger, "listening");
      try {
        assert.equal(await isFree(port), false);
        assert.notEqual(await choosePort(`taken ${address}`, new Set()), port);
      } finally {
        stranger.close();
      }
      assert.equal(await isFree(port), true);
    });
  }
});
