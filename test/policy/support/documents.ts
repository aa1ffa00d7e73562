/** A policy document of AWS as programs give it: as JSON. */
export function documentOf(...statements: readonly Readonly<Record<string, unknown>>[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** A statement that allows. */
export function allow(Action: string | readonly string[], Resource: string | readonly string[], Condition?: object) {
  return { Sid: "Said", Effect: "Allow", Action, Resource, ...(Condition && { Condition }) };
}

/** A trust policy's statement that lets a principal take on the role. */
export function trust(Principal: unknown, Condition?: object, Action = "sts:AssumeRole") {
  return { Sid: "Said", Effect: "Allow", Principal, Action, ...(Condition && { Condition }) };
}

export const gitHub = "token.actions.githubusercontent.com";

/** Trust in the jobs of GitHub Actions. */
export function gitHubTrust(Condition?: object) {
  const provider = `arn:aws:iam::123456789012:oidc-provider/${gitHub}`;
  return trust({ Federated: provider }, Condition, "sts:AssumeRoleWithWebIdentity");
}
