import { clusterBlock } from "./prod/cluster.ts";
import { ProdContext } from "./prod/context.ts";
import { dataBlock } from "./prod/data.ts";
import { destroyBlock } from "./prod/destroy.ts";
import { lossBlock } from "./prod/loss.ts";
import { objectsBlock } from "./prod/objects.ts";
import { releaseBlock } from "./prod/release.ts";
import { restoreBlock } from "./prod/restore.ts";
import { rolloutBlock } from "./prod/rollout.ts";
import { settingChangesBlock } from "./prod/setting-changes.ts";
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
  clusterBlock(prod);
  objectsBlock(prod);
  dataBlock(prod);

  // Blocks that preview changes, or make them and leave things as they were, in this order.
  settingChangesBlock(prod);
  restoreBlock(prod);
  lossBlock(prod);
  releaseBlock(prod);
  rolloutBlock(prod);
  destroyBlock(prod);
});
