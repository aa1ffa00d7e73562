import type { Rule } from "../../rule.ts";
import { bucketKeys } from "./bucket-keys.ts";
import { buildArtifacts } from "./build-artifacts.ts";
import { cacheEncryption } from "./cache-encryption.ts";
import { cacheTls } from "./cache-tls.ts";
import { clusterSecrets } from "./cluster-secrets.ts";
import { databaseCertificate } from "./database-certificate.ts";
import { databaseEncryption } from "./database-encryption.ts";
import { databaseKeys } from "./database-keys.ts";
import { databaseTls } from "./database-tls.ts";
import { distributionTls } from "./distribution-tls.ts";
import { fileSystemTls } from "./file-system-tls.ts";
import { ingressTls } from "./ingress-tls.ts";
import { keyDuties } from "./key-duties.ts";
import { keyLockoutCheck } from "./key-lockout-check.ts";
import { keyRotation } from "./key-rotation.ts";
import { listenerTls } from "./listener-tls.ts";
import { logKeys } from "./log-keys.ts";
import { messageEncryption } from "./message-encryption.ts";
import { messageSignatures } from "./message-signatures.ts";
import { requestsOverTls } from "./requests-over-tls.ts";
import { searchEncryption } from "./search-encryption.ts";
import { secretKeys } from "./secret-keys.ts";
import { storeKeys } from "./store-keys.ts";
import { subscriptionDelivery } from "./subscription-delivery.ts";
import { volumeEncryption } from "./volume-encryption.ts";

export const encryption: readonly Rule[] = [
  databaseEncryption,
  cacheEncryption,
  volumeEncryption,
  searchEncryption,
  messageEncryption,
  clusterSecrets,
  databaseTls,
  cacheTls,
  listenerTls,
  ingressTls,
  distributionTls,
  fileSystemTls,
  requestsOverTls,
  secretKeys,
  databaseKeys,
  storeKeys,
  bucketKeys,
  logKeys,
  keyRotation,
  keyDuties,
  databaseCertificate,
  messageSignatures,
  keyLockoutCheck,
  subscriptionDelivery,
  buildArtifacts,
];
