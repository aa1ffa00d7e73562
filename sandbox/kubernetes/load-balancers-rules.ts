import type { V1HTTPIngressPath, V1Ingress } from "@kubernetes/client-node";
import { annotation, type Member, ModelError, nameOf } from "./load-balancers-objects.ts";
import type { TargetGroups } from "./load-balancers-targets.ts";

/** What a listener or a rule does with a request. */
export type PlannedAction =
  | { readonly kind: "forward"; readonly group: string }
  | { readonly kind: "redirect"; readonly port: number }
  | { readonly kind: "respond"; readonly status: number; readonly text: string };

/** Requests for a host, or any, at one of some paths. Rules are asked in their order. */
export interface PlannedRule {
  readonly host: string | undefined;
  readonly paths: readonly string[];
  readonly action: PlannedAction;
}

export interface PlannedListener {
  readonly port: number;
  readonly protocol: "HTTP" | "HTTPS";
  /** The first is the one for clients that name no host. */
  readonly certificates: readonly string[];
  readonly sslPolicy: string | undefined;
  readonly otherwise: PlannedAction;
  readonly rules: readonly PlannedRule[];
}

const notFound = { kind: "respond", status: 404, text: "" } as const;
/** What the controller takes where nothing is said. */
const defaultPolicy = "ELBSecurityPolicy-2016-08";

/** The listeners of a load balancer, from all Ingresses of its group. @throws ModelError when they contradict each other */
export function planListeners(members: readonly Member[], groups: TargetGroups): PlannedListener[] {
  const ports = new Map<number, { protocol: "HTTP" | "HTTPS"; members: Member[] }>();
  for (const member of members) {
    for (const [protocol, port] of portsOf(member)) {
      const there = ports.get(port);
      if (there && there.protocol !== protocol) throw new ModelError(`conflicting protocol for port ${port}`);
      ports.set(port, { protocol, members: [...(there?.members ?? []), member] });
    }
  }
  const redirect = members.map(({ ingress }) => redirectOf(ingress)).find((port) => port !== undefined);
  if (redirect !== undefined && ports.get(redirect)?.protocol !== "HTTPS")
    throw new ModelError(`listener does not exist for SSLRedirect port: ${redirect}`);
  return [...ports]
    .toSorted(([one], [other]) => one - other)
    .map(([port, { protocol, members: here }]) => {
      const plain = { port, protocol, certificates: [], sslPolicy: undefined };
      if (protocol === "HTTP" && redirect !== undefined)
        return { ...plain, otherwise: { kind: "redirect", port: redirect } as const, rules: [] };
      const rules = here.flatMap(({ ingress }) => rulesOf(ingress, groups));
      const otherwise = here.map(({ ingress }) => defaultOf(ingress, groups)).find((action) => action) ?? notFound;
      return { ...plain, ...(protocol === "HTTPS" ? secureBy(here) : {}), otherwise, rules };
    });
}

function certificatesOf({ ingress, parameters }: Member): readonly string[] {
  return (
    parameters.certificateARNs ??
    annotation(ingress, "certificate-arn")
      ?.split(",")
      .map((each) => each.trim()) ??
    []
  );
}

function secureBy(members: readonly Member[]): { certificates: readonly string[]; sslPolicy: string } {
  const certificates = [...new Set(members.flatMap(certificatesOf))];
  const [first] = members;
  if (certificates.length === 0) {
    const hosts = members.flatMap(({ ingress }) => (ingress.spec?.rules ?? []).map(({ host }) => host ?? "*"));
    throw new ModelError(
      `no certificate found for host: ${hosts.join(", ")} (certificateARNs of the IngressClassParams name none)`,
    );
  }
  const asked = members.map(({ ingress }) => annotation(ingress, "ssl-policy")).find((policy) => policy !== undefined);
  return { certificates, sslPolicy: first?.parameters.sslPolicy ?? asked ?? defaultPolicy };
}

function portsOf(member: Member): (readonly ["HTTP" | "HTTPS", number])[] {
  const { ingress } = member;
  const text = annotation(ingress, "listen-ports");
  if (text === undefined) return certificatesOf(member).length > 0 ? [["HTTPS", 443]] : [["HTTP", 80]];
  const wrong = new ModelError(`failed to parse listen-ports configuration on ingress ${nameOf(ingress)}: ${text}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw wrong;
  }
  if (!Array.isArray(parsed) || parsed.length === 0) throw wrong;
  return parsed.flatMap((each: unknown) =>
    Object.entries(each as object).map(([protocol, port]: [string, unknown]) => {
      if ((protocol !== "HTTP" && protocol !== "HTTPS") || typeof port !== "number" || port < 1 || port > 65_535)
        throw wrong;
      return [protocol, port] as const;
    }),
  );
}

function redirectOf(ingress: V1Ingress): number | undefined {
  const text = annotation(ingress, "ssl-redirect");
  if (text !== undefined && !/^\d+$/.test(text))
    throw new ModelError(`failed to parse ssl-redirect annotation: ${text}`);
  return text === undefined ? undefined : Number(text);
}

function defaultOf(ingress: V1Ingress, groups: TargetGroups): PlannedAction | undefined {
  const backend = ingress.spec?.defaultBackend?.service;
  return backend && actionOf(groups.keyFor(ingress, backend));
}

function actionOf(target: { key: string } | { missing: string }): PlannedAction {
  // A load balancer stands also before the service does, and says so to who asks.
  return "key" in target
    ? { kind: "forward", group: target.key }
    : { kind: "respond", status: 503, text: target.missing };
}

function rulesOf(ingress: V1Ingress, groups: TargetGroups): PlannedRule[] {
  return (ingress.spec?.rules ?? []).flatMap(({ host, http }) =>
    sorted(http?.paths ?? []).flatMap((path) => {
      const { service } = path.backend;
      if (!service) throw new ModelError(`missing service backend in ingress ${nameOf(ingress)}`);
      return [{ host: host || undefined, paths: patternsOf(path), action: actionOf(groups.keyFor(ingress, service)) }];
    }),
  );
}

/**
 * The controller's order: exact paths, then prefixes, the longer first, then those that are for it to understand, as they were written.
 * So a prefix of "/" hides every path of the last kind.
 */
function sorted(paths: readonly V1HTTPIngressPath[]): V1HTTPIngressPath[] {
  const of = (type: string) => paths.filter(({ pathType }) => pathType === type);
  const prefixes = of("Prefix").toSorted((one, other) => (other.path ?? "").length - (one.path ?? "").length);
  return [...of("Exact"), ...prefixes, ...of("ImplementationSpecific")];
}

function patternsOf({ path = "/", pathType }: V1HTTPIngressPath): string[] {
  if (pathType === "ImplementationSpecific") return [path];
  if (/[*?]/.test(path)) throw new ModelError(`${pathType} path shouldn't contain wildcards: ${path}`);
  if (pathType === "Exact") return [path];
  const bare = path.replace(/\/+$/, "");
  return bare === "" ? ["/*"] : [bare, `${bare}/*`];
}
