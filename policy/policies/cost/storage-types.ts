import type { JudgedResource } from "../../resource.ts";
import type { ResourceRule } from "../../rule.ts";
import { recordOf, recordsOf } from "../../values.ts";

const replaced: readonly unknown[] = ["gp2", "io1", "standard"];

export const storageTypes: ResourceRule = {
  name: "storage-types",
  title: "Current storage types",
  severity: "low",
  category: "cost",
  description: "Volumes are of the types gp3 or io2, not of those that they replace.",
  rationale:
    "A gp3 volume costs a fifth less than gp2 and does not slow down when its credits are spent; gp2 is the default.",
  remediation: "Set the type to gp3.",
  controls: ["SOC2 A1.1", "ISO27001 A.8.6", "ISO27001 A.5.23"],
  appliesTo: [
    "aws:ebs/volume:Volume",
    "aws:ec2/instance:Instance",
    "aws:ec2/launchTemplate:LaunchTemplate",
    "aws:rds/instance:Instance",
    "kubernetes:storage.k8s.io/v1:StorageClass",
  ],
  judge: (resource) =>
    storageOf(resource)
      .filter((type) => replaced.includes(type))
      .map((type) => `stores on ${type}.`),
};

/** Only a volume of its own and a database have a default of the provider's; the others take their image's. */
function storageOf({ props, type }: JudgedResource): readonly unknown[] {
  if (type === "aws:ebs/volume:Volume") return [props.type ?? "gp2"];
  if (type === "kubernetes:storage.k8s.io/v1:StorageClass") return [recordOf(props.parameters).type];
  if (type === "aws:ec2/launchTemplate:LaunchTemplate")
    return recordsOf(props.blockDeviceMappings).map(({ ebs }) => recordOf(ebs).volumeType);
  if (type === "aws:ec2/instance:Instance")
    return [props.rootBlockDevice, ...recordsOf(props.ebsBlockDevices)].map((device) => recordOf(device).volumeType);
  // A replica has its source's.
  return props.replicateSourceDb ? [props.storageType] : [props.storageType ?? (props.iops ? "io1" : "gp2")];
}
