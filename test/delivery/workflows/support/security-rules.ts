import { hasSteps, type Job, type Workflow } from "../../../../delivery/workflows/model.ts";
import { sameRepository } from "../../../../delivery/workflows/switches.ts";
import { runnerOf, stepsJobs, stepsOf } from "./planned.ts";

/** What no workflow may do. `find` names each place where one does. */
export interface SecurityRule {
  readonly title: string;
  readonly find: (workflow: Workflow) => string[];
  /** A change that the rule must find. */
  readonly breach: (workflow: Workflow) => Workflow;
}

/** The scopes that some job may write, with the jobs that may: all others only read. */
const writers: Readonly<Record<string, RegExp>> = {
  "id-token": /./, // judged by a rule of its own
  actions: /^drift\.yml: start$/,
  contents: /^release\.yml: publish$/,
  issues: /^drift\.yml: report$/,
  packages: /^deliver\.yml: build-/,
  "pull-requests": /^pull-request\.yml: comment$/,
};

const machines: ReadonlySet<string> = new Set(["ubuntu-24.04", runnerOf("staging"), runnerOf("prod")]);

const deployRole = /:role\/[\w-]+-deploy$|vars\.SLIPWAY_FEATURE_ROLE/;

export const securityRules: readonly SecurityRule[] = [
  {
    title: "uses only actions that are pinned by a commit, and workflows of this repository",
    find: (workflow) =>
      [
        ...stepsOf(workflow).flatMap(({ step, where }) =>
          step.uses === undefined ? [] : [{ where, uses: step.uses }],
        ),
        ...Object.entries(workflow.jobs).flatMap(([id, job]) => (hasSteps(job) ? [] : [{ where: id, uses: job.uses }])),
      ]
        .filter(({ uses }) => !/^[\w.-]+\/[\w.-]+@[0-9a-f]{40}$|^\.\/\.github\/workflows\/[\w-]+\.yml$/.test(uses))
        .map(({ uses, where }) => `${where}: ${uses}`),
    breach: (workflow) => withStep(workflow, { name: "Check out", uses: "actions/checkout@v6" }),
  },
  {
    title: "holds no expression in a script, where it would be code",
    find: (workflow) => wheres(stepsOf(workflow).filter(({ step }) => step.run?.includes("${{"))),
    breach: (workflow) => withStep(workflow, { name: "Say it", run: "echo ${{ inputs.reason }}" }),
  },
  {
    title: "names nothing that a stranger writes: titles, texts, names of branches",
    find: (workflow) => {
      const text = JSON.stringify({ ...workflow, about: [] });
      return [...text.matchAll(/github\.(head_ref|event\.[\w.*]+)/g)]
        .map(([name]) => name)
        .filter((name) => !harmless.has(name));
    },
    breach: (workflow) =>
      withStep(workflow, { name: "Say it", env: { TITLE: "${{ github.event.pull_request.title }}" } }),
  },
  {
    title: "stops a script at the first failure",
    find: (workflow) =>
      wheres(
        stepsOf(workflow).filter(({ step }) => step.run !== undefined && !step.run.startsWith("set -euo pipefail\n")),
      ),
    breach: (workflow) => withStep(workflow, { name: "Go on", run: "false\ntrue\n" }),
  },
  {
    title: "lets only those jobs write that have to",
    find: (workflow) =>
      stepsJobs(workflow).flatMap(({ job, where }) =>
        Object.entries(job.permissions)
          .filter(([scope, access]) => access === "write" && !writers[scope]?.test(where))
          .map(([scope]) => `${where}: ${scope}`),
      ),
    breach: (workflow) =>
      withJob(workflow, (job) => ({ ...job, permissions: { ...job.permissions, issues: "write" } })),
  },
  {
    title: "gives an identity only to jobs that sign in to AWS or speak with the release database",
    find: (workflow) =>
      wheres(
        stepsJobs(workflow).filter(({ job }) => {
          const needs = job.steps.some(
            ({ run = "", uses = "" }) =>
              uses.includes("/configure-aws-credentials@") || run.includes("./slipway release"),
          );
          return (job.permissions["id-token"] === "write") !== needs;
        }),
      ),
    breach: (workflow) =>
      withJob(workflow, (job) => ({
        ...job,
        permissions: { "id-token": "write" },
        steps: [{ name: "Nothing", run: "set -euo pipefail\n" }],
      })),
  },
  {
    title: "signs in to AWS by the job's own token, never by a key",
    find: (workflow) => [
      ...wheres(
        stepsOf(workflow).filter(
          ({ step }) =>
            step.uses?.includes("/configure-aws-credentials@") && step.with?.["role-to-assume"] === undefined,
        ),
      ),
      ...(JSON.stringify(workflow).match(
        /aws-(access-key-id|secret-access-key)|AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY)/gi,
      ) ?? []),
    ],
    breach: (workflow) =>
      withStep(workflow, { name: "Sign in", env: { AWS_ACCESS_KEY_ID: "${{ secrets.AWS_ACCESS_KEY_ID }}" } }),
  },
  {
    title: "knows two secrets",
    find: (workflow) =>
      [...JSON.stringify(workflow).matchAll(/secrets\.(\w+)|secrets":"(inherit)/g)]
        .map(([, name, inherit]) => name ?? inherit ?? "")
        .filter((name) => name !== "SLIPWAY_GITHUB_TOKEN" && name !== "SLACK_WEBHOOK_URL"),
    breach: (workflow) => withStep(workflow, { name: "Look", env: { PASSWORD: "${{ secrets.DATABASE_PASSWORD }}" } }),
  },
  {
    title: "leaves no token behind in the checkout",
    find: (workflow) =>
      wheres(
        stepsOf(workflow).filter(
          ({ step }) => step.uses?.startsWith("actions/checkout@") && step.with?.["persist-credentials"] !== false,
        ),
      ),
    breach: (workflow) => withStep(workflow, { name: "Check out", uses: `actions/checkout@${"a".repeat(40)}` }),
  },
  {
    title: "ends every job in time",
    find: (workflow) =>
      wheres(stepsJobs(workflow).filter(({ job }) => !(job["timeout-minutes"] >= 1 && job["timeout-minutes"] <= 120))),
    breach: (workflow) => withJob(workflow, (job) => ({ ...job, "timeout-minutes": 360 })),
  },
  {
    title: "runs on a machine of a named version, or in the stack's network",
    find: (workflow) => wheres(stepsJobs(workflow).filter(({ job }) => !machines.has(job["runs-on"]))),
    breach: (workflow) => withJob(workflow, (job) => ({ ...job, "runs-on": "ubuntu-latest" })),
  },
  {
    title: "is started by nothing that gives a stranger's code our tokens",
    find: ({ on }) => Object.keys(on).filter((trigger) => !triggers.has(trigger)),
    breach: (workflow) => ({ ...workflow, on: { ...workflow.on, pull_request_target: {} } as Workflow["on"] }),
  },
  {
    title: "gives a pull request's job nothing of ours unless its branch is of this repository",
    find: (workflow) =>
      workflow.on.pull_request === undefined
        ? []
        : Object.entries(workflow.jobs)
            .filter(([, job]) => hasOurs(job))
            .filter(([, { if: when = "" }]) => !when.includes(sameRepository) && !when.includes("== 'schedule'"))
            .map(([id]) => `${workflow.file}: ${id}`),
    breach: (workflow) => ({
      ...withJob(workflow, (job) => ({ ...job, if: "always()", permissions: { "id-token": "write" } })),
      on: { pull_request: {} },
    }),
  },
  {
    title: "takes a deploy role only in an environment of GitHub, and an environment only for that or for an approval",
    find: (workflow) =>
      wheres(
        stepsJobs(workflow).filter(({ id, job }) => {
          const deploys = job.steps.some(({ with: args }) => deployRole.test(String(args?.["role-to-assume"])));
          // A stack on a developer's machine has no role in AWS.
          const local = job.environment === "development" && /^(deploy|development)$/.test(id);
          const approves = id.startsWith("approve-") && Object.keys(job.permissions).length === 0;
          return (job.environment !== undefined) !== (deploys || approves || local);
        }),
      ),
    breach: (workflow) =>
      withJob(workflow, ({ environment, ...job }) =>
        environment === undefined ? { ...job, environment: "production" } : job,
      ),
  },
  {
    title: "never cuts off what works on an environment",
    find: (workflow) => {
      // What waits for an approval works on nothing yet: a newer push may take its place.
      const works = stepsJobs(workflow).filter(({ id, job }) => job.environment && !id.startsWith("approve-"));
      const cancels = workflow.concurrency?.["cancel-in-progress"] === true;
      return wheres(works.filter(({ job }) => cancels || job.concurrency?.["cancel-in-progress"] === true));
    },
    breach: (workflow) =>
      withJob(workflow, (job) => ({
        ...job,
        environment: "production",
        concurrency: { group: "production", "cancel-in-progress": true },
      })),
  },
];

/** What GitHub itself makes of an event: numbers, states, names that only we give. */
const harmless: ReadonlySet<string> = new Set([
  "github.event.action",
  "github.event.label.name",
  "github.event.pull_request.head.repo.full_name",
  "github.event.pull_request.labels.*.name",
  "github.event.pull_request.number",
]);

const triggers: ReadonlySet<string> = new Set([
  "pull_request",
  "push",
  "schedule",
  "workflow_call",
  "workflow_dispatch",
]);

function hasOurs(job: Job): boolean {
  return (
    Object.entries(job.permissions).some(([, access]) => access === "write") ||
    JSON.stringify(job).includes("secrets.") ||
    (hasSteps(job) && job.environment !== undefined)
  );
}

function wheres(found: readonly { readonly where: string }[]): string[] {
  return found.map(({ where }) => where);
}

type Steps = Extract<Job, { readonly steps: unknown }>;

/** The workflow with its first job of steps changed. */
function withJob(workflow: Workflow, change: (job: Steps) => Steps): Workflow {
  const [id, job] = Object.entries(workflow.jobs).find(([, one]) => hasSteps(one)) ?? [];
  if (id === undefined || !job || !hasSteps(job)) throw new Error(`${workflow.file} has no job with steps`);
  return { ...workflow, jobs: { ...workflow.jobs, [id]: change(job) } };
}

function withStep(workflow: Workflow, step: Steps["steps"][number]): Workflow {
  return withJob(workflow, (job) => ({ ...job, steps: [...job.steps, step] }));
}
