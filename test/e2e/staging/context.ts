import { StackContext } from "../support/stack-context.ts";

export { must } from "../support/stack-context.ts";

/** The stack's outputs, as far as blocks use them. */
export interface StagingOutputs {
  readonly application: Readonly<Record<"backend" | "frontend", { readonly url: string; readonly service: string }>>;
  readonly cache: { readonly host: string; readonly port: number; readonly user: string };
  readonly database: {
    readonly host: string;
    readonly port: number;
    readonly identifier: string;
    readonly name: string;
    /** The secret with the master user's password. */
    readonly owner: string;
    readonly application: string;
    readonly migrations: readonly string[];
  };
  readonly edge: { readonly zone: string; readonly nameServers: readonly string[]; readonly loadBalancer: string };
  readonly environment: Readonly<Record<string, unknown>>;
  readonly flags: { readonly declared: Readonly<Record<string, string>>; readonly operated: readonly string[] };
  readonly github: readonly { readonly name: string }[];
  readonly identity: { readonly deployRole: string; readonly previewRole: string };
  readonly network: { readonly cidr: string; readonly vpc: string };
  readonly registry: Readonly<Record<"backend" | "frontend" | "operator", string>>;
  readonly tasks: { readonly subnetIds: readonly string[]; readonly securityGroupIds: readonly string[] };
}

/** Staging, brought up once. */
export class StagingContext extends StackContext<StagingOutputs> {
  /** What the first `up` runs with, and prints. */
  static readonly firstUp = ["up", "staging", "--yes", "--logtostderr", "-v=3"];

  constructor() {
    super("staging", StagingContext.firstUp);
  }
}

/** `teamflow-staging-backend` to `backend`; the stack's own name to `teamflow-staging`. */
export const shortName = (name: string | undefined): string => (name ?? "").replace(/^teamflow-staging-/, "");
