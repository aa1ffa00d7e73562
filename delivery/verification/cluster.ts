import type { AppsV1Api, V1Deployment } from "@kubernetes/client-node";
import { type Finding, finding } from "./finding.ts";

/** A service of a namespace (the label `app` of its Deployments), and the image that it is to run. */
export interface ExpectedWorkload {
  readonly app: string;
  readonly digest: string;
}

/** Whether every Deployment of each service, its canary too, runs the image that was released, in every copy. */
export function workloadFindings(
  apps: Pick<AppsV1Api, "listNamespacedDeployment">,
  namespace: string,
  expected: readonly ExpectedWorkload[],
): Promise<Finding[]> {
  return Promise.all(
    expected.map(({ app, digest }) =>
      finding(`${app} runs what was released`, async () => {
        const { items } = await apps.listNamespacedDeployment({ namespace, labelSelector: `app=${app}` });
        if (items.length === 0) return { good: false, seen: `the namespace ${namespace} has no Deployment of ${app}` };
        const wrong = items.map((each) => problemOf(each, digest)).filter((problem) => problem !== undefined);
        const copies = items.reduce((sum, { spec }) => sum + (spec?.replicas ?? 0), 0);
        return { good: wrong.length === 0, seen: wrong[0] ?? `${copies} of ${copies} copies run it` };
      }),
    ),
  );
}

function problemOf({ metadata, spec, status }: V1Deployment, digest: string): string | undefined {
  const name = metadata?.name ?? "?";
  const image = spec?.template.spec?.containers[0]?.image ?? "none";
  const wanted = spec?.replicas ?? 0;
  const available = status?.availableReplicas ?? 0;
  if (!image.endsWith(`@${digest}`)) return `${name} runs ${image}, not ${digest}`;
  if (wanted === 0) return `${name} has no copies: its watch took them away`;
  if ((status?.observedGeneration ?? 0) < (metadata?.generation ?? 0)) return `${name} has not begun its rollout`;
  if ((status?.updatedReplicas ?? 0) < wanted || available < wanted)
    return `${available} of ${wanted} copies of ${name} are there`;
  return undefined;
}
