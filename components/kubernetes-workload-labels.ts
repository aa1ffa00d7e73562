import type { NamingContext } from "../infra/naming.ts";

/* What things are called in an environment's namespace, and by which labels they find each other. Pure. */

/** Which of a service's two Deployments: the one copy that gets a new version first, or all others. */
export type Track = "canary" | "stable";

/** What a pod is for; `app` is what Services, budgets and network policies select by. */
export type App = "backend" | "frontend" | "migration" | "analysis";

/** Labels of everything that belongs to one part of the application. None of them is a version: selectors cannot change. */
export function labelsOf(context: NamingContext, app: App | undefined, track?: Track): Record<string, string> {
  return {
    ...(app !== undefined && { app, "app.kubernetes.io/name": app }),
    ...(track !== undefined && { track }),
    "app.kubernetes.io/part-of": context.application,
    "app.kubernetes.io/managed-by": "pulumi",
  };
}

/** The version of an image, `<repository>@sha256:<64 hex digits>`, as a label can hold it. */
export function versionOf(image: string): string {
  return `sha256-${/@sha256:([0-9a-f]{12})/.exec(image)?.[1] ?? "unknown"}`;
}

export const canaryName = (service: string): string => `${service}-canary`;
export const serviceObjectName = (service: string): string => `${service}-service`;
/** What pods act as, for example `teamflow-backend`. */
export const accountName = (context: NamingContext, app: App): string => `${context.application}-${app}`;

/** The Secret that the backend's variables come from, and the SecretProviderClass that fills it. */
export const secretName = "app-secrets";

/** Each track has a copy of its own: what a new version is configured with reaches the others only with that version. */
export const configName = (track: Track): string => (track === "stable" ? "app-config" : "app-config-canary");
