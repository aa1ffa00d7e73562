import { DescribeServicesCommand, DescribeTaskDefinitionCommand, type ECSClient } from "@aws-sdk/client-ecs";
import { type Finding, finding } from "./finding.ts";

/** A service of ECS, and the image that it is to run. */
export interface ExpectedService {
  readonly service: string;
  readonly digest: string;
}

/** Whether each service runs the image that was released, in every copy, with no deployment under way or taken back. */
export function serviceFindings(
  client: Pick<ECSClient, "send">,
  cluster: string,
  expected: readonly ExpectedService[],
): Promise<Finding[]> {
  return Promise.all(
    expected.map(({ digest, service }) =>
      finding(`${service} runs what was released`, async () => {
        const { services } = await client.send(new DescribeServicesCommand({ cluster, services: [service] }));
        const found = services?.[0];
        if (found === undefined) return { good: false, seen: `the cluster ${cluster} has no service ${service}` };
        const { desiredCount = 0, deployments = [], runningCount = 0, taskDefinition } = found;
        const { taskDefinition: definition } = await client.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
        const image = definition?.containerDefinitions?.[0]?.image ?? "none";
        if (!image.endsWith(`@${digest}`)) return { good: false, seen: `it runs ${image}, not ${digest}` };
        const open = deployments.filter(
          ({ rolloutState }) => rolloutState !== undefined && rolloutState !== "COMPLETED",
        );
        if (open.length > 0) return { good: false, seen: `its deployment is ${open[0]?.rolloutState}` };
        return {
          good: runningCount >= desiredCount && desiredCount > 0,
          seen: `${runningCount} of ${desiredCount} copies run it`,
        };
      }),
    ),
  );
}
