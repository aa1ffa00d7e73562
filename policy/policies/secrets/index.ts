import type { Rule } from "../../rule.ts";
import { databaseByReference } from "./database-by-reference.ts";
import { databaseManagedPassword } from "./database-managed-password.ts";
import { environmentSecrets } from "./environment-secrets.ts";
import { generatedSecrets } from "./generated-secrets.ts";
import { gitHubSecrets } from "./github-secrets.ts";
import { kubernetesSecretObjects } from "./kubernetes-secret-objects.ts";
import { parameterSecrets } from "./parameter-secrets.ts";
import { plainSecrets } from "./plain-secrets.ts";
import { secretRecovery } from "./secret-recovery.ts";
import { storedSecretValues } from "./stored-secret-values.ts";
import { userDataSecrets } from "./user-data-secrets.ts";

export const secrets: readonly Rule[] = [
  plainSecrets,
  environmentSecrets,
  databaseByReference,
  databaseManagedPassword,
  generatedSecrets,
  storedSecretValues,
  parameterSecrets,
  kubernetesSecretObjects,
  gitHubSecrets,
  userDataSecrets,
  secretRecovery,
];
