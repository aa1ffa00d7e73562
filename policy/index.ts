import { PolicyPack } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import { toPolicies } from "./engine.ts";
import { exemptionsFile, readExemptions } from "./exemptions.ts";
import { packFor } from "./packs.ts";
import { readPropertiesOnce } from "./read-once.ts";
import { rules } from "./rules.ts";
import { selectionOf } from "./selections.ts";

const selection = selectionOf(process.env.SLIPWAY_POLICY_PACK || "all");
const today = new Date().toISOString().slice(0, 10);
const exemptions = readExemptions(
  exemptionsFile,
  today,
  rules.map(({ name }) => name),
);

readPropertiesOnce();
new PolicyPack("slipway", { policies: [...toPolicies(packFor(pulumi.getStack(), selection), exemptions)] });
