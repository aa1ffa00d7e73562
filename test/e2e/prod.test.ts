import { ProdContext } from "./prod/context.ts";
import { rolloutBlock } from "./prod/rollout.ts";
import { up } from "./prod/up.ts";

/**
 * Production and pre-production, brought up once; every block looks at the same stack through AWS's and Kubernetes' own interfaces, not
 * through Pulumi's. What the sandbox cannot tell is listed in docs/sandbox.md.
 */
describe("./slipway up prod, on a checkout that nobody has used", function () {
  this.timeout("15m");
  const prod = new ProdContext();
  before(() => prod.bringUp());
  after(() => prod.dispose());

  // Blocks that look and change nothing, in any order.
  up(prod);

  // Blocks that change something and leave it as it was, in this order.
  rolloutBlock(prod);
});
