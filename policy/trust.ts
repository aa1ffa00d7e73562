import type { Statement } from "./iam.ts";

type Condition = Statement["conditions"][number];

/** A condition that must hold for the statement to apply: one that absent or empty values pass, or that only excludes, is none. */
export function isBinding({ operator, values }: Condition): boolean {
  if (/IfExists$|^ForAllValues:|^Null$|Not(Equals|Like)|^NotIp/i.test(operator)) return false;
  return values.length > 0 && !values.some((value) => /^\*+$/.test(value) && /Like$/i.test(operator));
}

/** What the statement demands of a key, which AWS compares without regard to case; empty where it demands nothing. */
export function demanded({ conditions }: Statement, key: string): readonly string[] {
  return conditions
    .filter((condition) => condition.key.toLowerCase() === key.toLowerCase() && isBinding(condition))
    .flatMap(({ values }) => values);
}

/** Whether the statement demands something of one of these keys. */
export function demandsOneOf({ conditions }: Statement, keys: RegExp): boolean {
  return conditions.some((condition) => keys.test(condition.key) && isBinding(condition));
}

/** The issuer's host of GitHub Actions, which begins the keys of its claims. */
export const gitHubIssuer = "token.actions.githubusercontent.com";

/** The hosts of the OpenID Connect providers that a statement trusts. */
export function oidcIssuers({ principals }: Statement): readonly string[] {
  return (principals.Federated ?? []).flatMap((arn) => /:oidc-provider\/(.+)$/.exec(arn)?.[1] ?? []);
}

/** Whether the statement lets somebody take on a role. */
export function letsAssume({ actions, allows, notActions }: Statement): boolean {
  return allows && (notActions.length > 0 || actions.some((action) => /^(\*|sts:(\*|Assume.*))$/i.test(action)));
}
