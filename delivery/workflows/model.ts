/*
 * A workflow of GitHub Actions as plain data. Planners make it, tests judge it, `render.ts` prints it; keys are named as GitHub
 * names them, so that nothing is translated on the way.
 */

/** What a job's own token may do; GitHub's other scopes are of no use here. */
export type Permissions = Readonly<
  Partial<Record<"actions" | "contents" | "id-token" | "issues" | "packages" | "pull-requests", "read" | "write">>
>;

/** Names to values; a value may hold an expression. */
export type Values = Readonly<Record<string, string>>;

/** One step: either an action or a script. */
export interface Step {
  readonly name: string;
  readonly id?: string;
  readonly if?: string;
  /** `owner/name@<commit>`, from `actions.ts`. */
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
  readonly env?: Values;
  /** Bash. Never holds an expression: what comes from outside comes as a variable. */
  readonly run?: string;
}

interface CommonJob {
  readonly name: string;
  readonly needs?: readonly string[];
  readonly if?: string;
  readonly permissions: Permissions;
}

/** A job that runs steps. */
export interface StepsJob extends CommonJob {
  readonly "runs-on": string;
  /** Minutes; waiting for an approval does not count. */
  readonly "timeout-minutes": number;
  /** The GitHub environment: whose reviewers are asked, and which role in AWS the job may take. */
  readonly environment?: string;
  readonly concurrency?: Concurrency;
  readonly outputs?: Values;
  readonly env?: Values;
  readonly steps: readonly Step[];
}

/** A job that is another workflow of this repository. */
export interface CallJob extends CommonJob {
  /** `./.github/workflows/<file>`. */
  readonly uses: string;
  readonly with: Values;
  readonly secrets: Values;
}

export type Job = StepsJob | CallJob;

interface Concurrency {
  readonly group: string;
  readonly "cancel-in-progress": boolean;
}

/** A value that whoever starts a workflow gives. */
interface Input {
  readonly description: string;
  readonly required: boolean;
  readonly type: "string" | "choice" | "boolean";
  readonly options?: readonly string[];
}

/** What starts a workflow. */
interface Triggers {
  readonly pull_request?: { readonly types?: readonly string[] };
  readonly push?: { readonly branches?: readonly string[]; readonly tags?: readonly string[] };
  readonly schedule?: readonly { readonly cron: string }[];
  readonly workflow_dispatch?: { readonly inputs: Readonly<Record<string, Input>> };
  readonly workflow_call?: {
    readonly inputs: Readonly<Record<string, Input>>;
    readonly secrets: Readonly<Record<string, { readonly required: boolean }>>;
  };
}

export interface Workflow {
  /** File name below `.github/workflows`, such as `deliver.yml`. */
  readonly file: string;
  readonly name: string;
  /** For whoever reads the file: what it is for. One sentence a line. */
  readonly about: readonly string[];
  readonly "run-name"?: string;
  readonly on: Triggers;
  readonly concurrency?: Concurrency;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** Whether a job runs steps of its own. */
export function hasSteps(job: Job): job is StepsJob {
  return "steps" in job;
}
