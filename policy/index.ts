import { PolicyPack } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import { packFor } from "./packs.ts";
import { toPolicy } from "./rule.ts";

new PolicyPack("slipway", {
  policies: packFor(pulumi.getStack()).map(({ rule, enforcement }) => toPolicy(rule, enforcement)),
});
