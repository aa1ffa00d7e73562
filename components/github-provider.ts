import githubPackage from "@pulumi/github/package.json" with { type: "json" };
import * as pulumi from "@pulumi/pulumi";

/**
 * The connection to GitHub. Who GitHub is and who asks (GITHUB_BASE_URL, GITHUB_TOKEN) the plugin reads from the process
 * environment. `github.Provider` of the npm package would copy both into its inputs, and so a token into the state.
 */
export class GitHubProvider extends pulumi.ProviderResource {
  /**
   * @param owner the organization whose repositories and teams are meant.
   * @throws pulumi.RunError when GITHUB_OWNER names another one: the plugin would follow the variable and say nothing.
   */
  constructor(name: string, owner: string, opts?: pulumi.ResourceOptions) {
    const problem = ownerProblem(owner, process.env.GITHUB_OWNER);
    if (problem) throw new pulumi.RunError(problem);
    const props = { owner, ...writeDelay(process.env.GITHUB_BASE_URL) };
    super("github", name, props, { ...opts, version: githubPackage.version });
  }
}

/** What is wrong when the setting and the environment name different owners; upper and lower case are one to GitHub. */
export function ownerProblem(owner: string, variable: string | undefined): string | undefined {
  if (!variable || variable.toLowerCase() === owner.toLowerCase()) return undefined;
  return (
    `slipway:github.owner is "${owner}", but GITHUB_OWNER in the environment is "${variable}", and the GitHub plugin would follow that.\n` +
    `  Set slipway:github.owner to "${variable}" (the sandbox's GitHub has the organization teamflow only), or unset GITHUB_OWNER.`
  );
}

/**
 * github.com wants a second between writes (the plugin's default), or it takes us for abuse; a GitHub of one's own does not.
 * The plugin takes its numbers as JSON text.
 */
export function writeDelay(baseUrl: string | undefined): { readonly writeDelayMs?: string } {
  if (baseUrl === undefined || !URL.canParse(baseUrl)) return {};
  const { hostname } = new URL(baseUrl);
  const shared = hostname === "github.com" || hostname.endsWith(".github.com") || hostname.endsWith(".ghe.com");
  return shared ? {} : { writeDelayMs: "0" };
}
