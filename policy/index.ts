import { PolicyPack } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import { toPolicy } from "./engine.ts";
import { exemptionsFile, readExemptions } from "./exemptions.ts";
import { packFor } from "./packs.ts";
import { rules } from "./rules.ts";
import { selectionOf } from "./selections.ts";

const selection = selectionOf(process.env.SLIPWAY_POLICY_PACK || "all");
const today = new Date().toISOString().slice(0, 10);
const exemptions = readExemptions(
  exemptionsFile,
  today,
  rules.map(({ name }) => name),
);

new PolicyPack("slipway", {
  policies: packFor(pulumi.getStack(), selection).map(({ rule, enforcement }) =>
    toPolicy(rule, enforcement, exemptions),
  ),
});
