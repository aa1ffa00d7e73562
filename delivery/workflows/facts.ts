import { existsSync } from "node:fs";
import { type NamingContext, physicalName } from "../../infra/naming.ts";
import type { Settings } from "../../infra/settings.ts";
import { readSettings, stackFile } from "../../infra/stack-file.ts";
import { backendUrl } from "../backend/names.ts";
import { UserError } from "../errors.ts";
import { isPassing } from "../process/promotion-line.ts";
import type { Process } from "../process/schema.ts";

/** A stack in AWS, as its jobs have to know it. What only GitHub's variables know stands as an expression. */
export interface CloudStack {
  readonly name: string;
  readonly platform: "ecs" | "eks";
  /** What `runs-on` says of jobs that must be in the stack's network. */
  readonly runner: string;
  readonly region: string;
  /** 12 digits, or the variable that has them. */
  readonly account: string;
  readonly deployRole: string;
  readonly previewRole: string;
  /** What PULUMI_BACKEND_URL is. */
  readonly backend: string;
  /** The repository of an image in the stack's registry, without the registry's host. */
  readonly repository: (image: string) => string;
}

/** Everything that the workflows are derived from. */
export interface WorkflowFacts {
  readonly process: Process;
  /** The owner of the repository in GitHub, and `owner/name` as container registries want it: in lower case. */
  readonly owner: string;
  readonly repository: string;
  /** The stacks in AWS by name; one on a developer's machine is not among them. */
  readonly stacks: Readonly<Record<string, CloudStack>>;
  /** Every command of `./slipway`, with its parents: "db refresh". A workflow for a command that is not there is not made. */
  readonly commands: ReadonlySet<string>;
}

/** The machine of every job that needs no network of ours. A full version: `latest` changes under a release. */
export const hostedRunner = "ubuntu-24.04";

/**
 * Reads what the stacks' files know of the process's environments.
 * @throws UserError when a stack that the process names has no file; SettingsError for a wrong one
 */
export function readWorkflowFacts(root: string, process: Process, commands: ReadonlySet<string>): WorkflowFacts {
  const names = [
    ...new Set(
      Object.values(process.environments)
        .filter((one) => !isPassing(one))
        .map(({ stack }) => stack),
    ),
  ];
  const settings = names.map((name) => {
    if (!existsSync(stackFile(root, name)))
      throw new UserError(
        `The process has environments in the stack "${name}", and Pulumi.${name}.yaml is not there.\n  Write it, or name another stack.`,
      );
    return [name, readSettings(root, name)] as const;
  });
  const github = settings.at(-1)?.[1].github;
  if (!github) throw new UserError("The process has no environment that lasts.\n  State one with a stack of its own.");
  return {
    process,
    owner: github.owner,
    repository: `${github.owner}/${github.repository}`.toLowerCase(),
    stacks: Object.fromEntries(settings.flatMap(([name, one]) => cloudStack(name, one).map((stack) => [name, stack]))),
    commands,
  };
}

function cloudStack(name: string, { application, aws, environment, platform, runner }: Settings): CloudStack[] {
  if (platform === "local" || !aws) return [];
  const context: NamingContext = { application, stack: name, environment };
  const account = aws.accountId ?? `\${{ vars.AWS_ACCOUNT_ID_${name.toUpperCase()} }}`;
  const role = (part: string) => `arn:aws:iam::${account}:role/${physicalName(context, "iamRole", part)}`;
  return [
    {
      name,
      platform,
      runner: runner ? runnerLabel(physicalName(context, "codeBuildProject", "runner")) : hostedRunner,
      region: aws.region,
      account,
      deployRole: role("deploy"),
      previewRole: role("preview"),
      backend: backendUrl({ application, accountId: account, region: aws.region }),
      repository: (image) => physicalName(context, "repository", image),
    },
  ];
}

/** As CodeBuild wants it (components/delivery-runner-plan.ts; a test compares): each job gets a machine of its own. */
function runnerLabel(project: string): string {
  return `codebuild-${project}-\${{ github.run_id }}-\${{ github.run_attempt }}`;
}
