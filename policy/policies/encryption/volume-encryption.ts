import type { ResourceRule } from "../../rule.ts";
import { textOf } from "../../text.ts";
import { recordOf, recordsOf } from "../../values.ts";

const instanceType = "aws:ec2/instance:Instance";
const storageClassType = "kubernetes:storage.k8s.io/v1:StorageClass";
const templateType = "aws:ec2/launchTemplate:LaunchTemplate";
/** Of volumes on EBS: the driver, that of EKS Auto Mode, and the one that came with Kubernetes. */
const ebsProvisioners = /^(ebs\.csi\.(aws\.com|eks\.amazonaws\.com)|kubernetes\.io\/aws-ebs)$/;

export const volumeEncryption: ResourceRule = {
  name: "volume-encryption",
  title: "Volumes are encrypted",
  severity: "high",
  category: "encryption",
  description: "Volumes and file systems are encrypted, those too that templates and Kubernetes make.",
  rationale:
    "AWS encrypts none of them unless told to, and a snapshot of an unencrypted one is readable wherever it is copied.",
  remediation: 'Set encrypted to true; in a StorageClass set the parameter encrypted to "true".',
  controls: ["SOC2 CC6.1", "ISO27001 A.8.24", "CIS-AWS 2.2.1", "CIS-AWS 2.4.1", "NIST SC-28(1)", "GDPR 32(1)(a)"],
  appliesTo: ["aws:ebs/volume:Volume", "aws:efs/fileSystem:FileSystem", instanceType, templateType, storageClassType],
  judge: ({ props, type }) => {
    switch (type) {
      case instanceType: {
        const devices = [recordOf(props.rootBlockDevice), ...recordsOf(props.ebsBlockDevices)];
        return devices.every(isEncrypted) ? [] : ["has a volume that is not encrypted."];
      }
      case templateType: {
        const devices = recordsOf(props.blockDeviceMappings).filter(({ ebs }) => ebs !== undefined);
        return devices.every(({ ebs }) => isEncrypted(recordOf(ebs))) ? [] : ["makes a volume that is not encrypted."];
      }
      case storageClassType: {
        const isEbs = ebsProvisioners.test(textOf(props.provisioner));
        return isEbs && !isEncrypted(recordOf(props.parameters)) ? ["makes volumes that are not encrypted."] : [];
      }
      default:
        return isEncrypted(props) ? [] : ["is not encrypted."];
    }
  },
};

/** Templates and StorageClasses write it as text. */
function isEncrypted({ encrypted }: Readonly<Record<string, unknown>>): boolean {
  return textOf(encrypted) === "true";
}
