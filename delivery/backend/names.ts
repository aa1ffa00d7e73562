/*
 * Where Pulumi's state lives: one bucket and one key for each account and region. The delivery roles (components/) and the
 * command that makes the bucket must agree on these names, so that they stand here once. Pure.
 */

/** The project's name in Pulumi.yaml, a part of every path in the bucket. */
const pulumiProject = "slipway";

/** Where a backend is. */
export interface BackendPlace {
  /** The application, for example `teamflow`. */
  readonly application: string;
  /** 12 digits. */
  readonly accountId: string;
  readonly region: string;
}

/** The bucket's name; at most 16 + 14 + 12 + 1 + 14 of S3's 63 characters. Bucket names are shared by the whole world. */
export function stateBucketName({ accountId, application, region }: BackendPlace): string {
  return `${application}-pulumi-state-${accountId}-${region}`;
}

/** The alias of the key that encrypts the bucket and the stacks' secrets. */
export function stateKeyAlias(application: string): string {
  return `alias/${application}-pulumi-state`;
}

/**
 * What `PULUMI_BACKEND_URL` must be.
 * @param endpoint another S3 than Amazon's, which is then addressed by path.
 */
export function backendUrl(place: BackendPlace, endpoint?: string): string {
  const local = endpoint === undefined ? "" : `&endpoint=${encodeURI(endpoint)}&s3ForcePathStyle=true`;
  return `s3://${stateBucketName(place)}?region=${place.region}${local}`;
}

/**
 * The secrets provider of a stack. The stack's name goes into the encryption context, so that a role may decrypt its own
 * stack's secrets with the account's one key and no other stack's.
 */
export function secretsProvider({ application, region }: BackendPlace, stack: string): string {
  return `awskms:///${stateKeyAlias(application)}?region=${region}&context_Stack=${stack}`;
}

/** The object that a stack's state is; where it exists, so does the stack. */
export function stateObject(stack: string): string {
  return `.pulumi/stacks/${pulumiProject}/${stack}.json`;
}

/** The object that tells the layout of the bucket; every command of Pulumi reads it. */
export const stateLayoutObject = ".pulumi/meta.yaml";

/** Patterns of every object that belongs to one stack, as Pulumi's own backend (pkg/backend/diy) lays them out. */
export function stateObjects(stack: string): readonly string[] {
  return [
    `.pulumi/stacks/${pulumiProject}/${stack}.*`,
    ...["locks/organization", "history", "backups"].map((folder) => `.pulumi/${folder}/${pulumiProject}/${stack}/*`),
  ];
}
