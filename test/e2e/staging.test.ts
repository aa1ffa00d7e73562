import { backendBlock } from "./staging/backend.ts";
import { care } from "./staging/care.ts";
import { connection } from "./staging/connection.ts";
import { containers } from "./staging/containers.ts";
import { StagingContext } from "./staging/context.ts";
import { data } from "./staging/data.ts";
import { destroyBlock } from "./staging/destroy.ts";
import { edge } from "./staging/edge.ts";
import { identity } from "./staging/identity.ts";
import { imagesBlock } from "./staging/images.ts";
import { neighboursBlock } from "./staging/neighbours.ts";
import { network } from "./staging/network.ts";
import { settingChangesBlock } from "./staging/setting-changes.ts";
import { up } from "./staging/up.ts";

/**
 * Staging, brought up once; every block looks at the same stack, as somebody would who audits it: through AWS's own interface, not
 * through Pulumi's. What the local AWS cannot tell is listed in docs/sandbox.md ("What the local AWS does not do").
 */
describe("./slipway up staging, on a checkout that nobody has used", function () {
  this.timeout("15m");
  const staging = new StagingContext();
  before(() => staging.bringUp());
  after(() => staging.dispose());

  // Blocks that look and change nothing, in any order.
  up(staging);
  network(staging);
  data(staging);
  containers(staging);
  edge(staging);
  care(staging);
  identity(staging);
  connection(staging);

  // Blocks that preview changes or make them, in this order.
  settingChangesBlock(staging);
  imagesBlock(staging);
  neighboursBlock(staging);
  backendBlock(staging);
  destroyBlock(staging);
});
