import type http from "node:http";
import { z } from "zod";
import type { LocalHandler } from "../aws/gateway.ts";
import { reason } from "../errors.ts";
import { type ClusterUser, type Directory, policyGroup } from "./access-entries.ts";
import type { Kubectl } from "./kubectl.ts";
import { namespaceBindings } from "./namespace-bindings.ts";
import type { ClusterOrder } from "./record.ts";
import { readToken, TokenRefused } from "./token.ts";

const authenticatePath = "/_slipway/authenticate/";

/**
 * Where the API server of a cluster asks. The secret stands in the path, since client-go, which the API server is written with, sends
 * no token over plain HTTP.
 */
export function authenticatorUrl(endpoint: string, secret: string, id: string): string {
  return `${endpoint}${authenticatePath}${secret}/${id}`;
}

const bodyLimit = 64 * 1024;
/** What an API server asks (authentication.k8s.io/v1). */
const tokenReview = z.object({ spec: z.object({ token: z.string().min(1) }) });

export interface AuthenticatorSettings {
  /** What API servers show. */
  readonly secret: string;
  /** The local AWS. */
  readonly endpoint: string;
  readonly directory: Directory;
  /** A cluster that runs. */
  find(id: string): { readonly order: ClusterOrder; readonly kubectl: Pick<Kubectl, "run"> } | undefined;
  readonly log: (line: string) => void;
}

/** Tells API servers who shows them a token of EKS, as EKS's authenticator does: an answer to a TokenReview. */
export function authenticator(settings: AuthenticatorSettings): LocalHandler {
  return (request, response) => {
    if (!request.url?.startsWith(authenticatePath)) return false;
    const [secret, id = ""] = new URL(request.url, "http://gateway").pathname.slice(authenticatePath.length).split("/");
    const cluster = settings.find(id);
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    if (secret !== settings.secret) answer(401, { message: "wrong secret" });
    else if (!cluster || request.method !== "POST") answer(404, { message: "no such cluster" });
    else {
      review(request, cluster, settings).then(
        (status) => answer(200, { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", status }),
        (error: unknown) => {
          settings.log(`the authenticator of ${cluster.order.name} failed: ${reason(error)}`);
          answer(500, { message: reason(error) });
        },
      );
    }
    return true;
  };
}

async function review(
  request: http.IncomingMessage,
  { order, kubectl }: NonNullable<ReturnType<AuthenticatorSettings["find"]>>,
  settings: AuthenticatorSettings,
): Promise<unknown> {
  try {
    const { spec } = tokenReview.parse(JSON.parse(await readBody(request)));
    const user = await identify(spec.token, order, settings);
    const bound = await namespaceBindings(user.namespaced, kubectl);
    const { username, uid } = user;
    return { authenticated: true, user: { username, uid, groups: [...user.groups, ...bound] } };
  } catch (error) {
    if (!(error instanceof TokenRefused)) throw error;
    settings.log(`${order.name} refuses a token: ${error.message}`);
    return { authenticated: false, error: error.message };
  }
}

/**
 * Whom a cluster takes the bearer of a token for.
 * @throws TokenRefused
 */
export async function identify(
  token: string,
  order: ClusterOrder,
  { endpoint, directory }: Pick<AuthenticatorSettings, "endpoint" | "directory">,
): Promise<ClusterUser> {
  const caller = await directory.callerOf(readToken(token, endpoint), order.name);
  // Whom a run in the sandbox signs in as. In AWS the root of an account needs an access entry like anybody.
  if (caller.arn === `arn:aws:iam::${order.account}:root`) {
    const groups = [policyGroup("AmazonEKSClusterAdminPolicy")];
    return { username: caller.arn, uid: caller.userId, groups, namespaced: [] };
  }
  const user = await directory.userOf(caller, order);
  if (!user) throw new TokenRefused(`${caller.arn} has no access entry`);
  return user;
}

async function readBody(request: http.IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > bodyLimit) throw new TokenRefused("the request is too large");
  }
  return body;
}
