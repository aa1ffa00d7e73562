import githubPackage from "@pulumi/github/package.json" with { type: "json" };
import * as pulumi from "@pulumi/pulumi";

/**
 * The connection to GitHub. Who GitHub is and who asks (GITHUB_BASE_URL, GITHUB_TOKEN) the plugin reads from the process
 * environment. `github.Provider` of the npm package would copy both into its inputs, and so a token into the state.
 */
export class GitHubProvider extends pulumi.ProviderResource {
  /** @param owner the organization whose repositories and teams are meant. */
  constructor(name: string, owner: string, opts?: pulumi.ResourceOptions) {
    const props = { owner, ...writeDelay(process.env.GITHUB_BASE_URL) };
    super("github", name, props, { ...opts, version: githubPackage.version });
  }
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
