/** An action of another repository, pinned by the commit of one release: a tag can be moved, a commit cannot. */
interface PinnedAction {
  /** The release that the commit is. */
  readonly version: string;
  /** The commit, 40 hex digits. */
  readonly commit: string;
}

/**
 * Every action that the workflows use. To change one, take the commit that the new release's tag points at, and run
 * `./slipway workflows generate`.
 */
const actions = {
  "actions/cache": { version: "v5.0.3", commit: "cdf6c1fa76f9f475f3d7449005a359c84ca0f306" },
  "actions/checkout": { version: "v6.0.2", commit: "de0fac2e4500dabe0009e67214ff5f5447ce83dd" },
  "actions/download-artifact": { version: "v8.0.0", commit: "70fc10c6e5e1ce46ad2ea6f2b72d43f7d47b13c3" },
  "actions/setup-node": { version: "v6.3.0", commit: "53b83947a5a98c8d113130e565377fae1a50d02f" },
  "actions/upload-artifact": { version: "v7.0.0", commit: "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f" },
  "anchore/scan-action": { version: "v7.4.0", commit: "e1165082ffb1fe366ebaf02d8526e7c4989ea9d2" },
  "aws-actions/amazon-ecr-login": { version: "v2.0.1", commit: "062b18b96a7aff071d4dc91bc00c4c1a7945b076" },
  "aws-actions/configure-aws-credentials": { version: "v6.0.0", commit: "8df5847569e6427dd6c4fb1cf565c83acfa8afa7" },
  "docker/build-push-action": { version: "v7.0.0", commit: "d08e5c354a6adb9ed34480a06d141179aa583294" },
  "docker/login-action": { version: "v4.0.0", commit: "b45d80f862d83dbcd57f89517bcf500b2ab88fb2" },
  "docker/setup-buildx-action": { version: "v4.0.0", commit: "4d04d5d9486b7bd6fa91e7baf45bbb4f8b9deedd" },
  "slackapi/slack-github-action": { version: "v3.0.1", commit: "af78098f536edbc4de71162a307590698245be95" },
} as const satisfies Readonly<Record<string, PinnedAction>>;

export type ActionName = keyof typeof actions;

/** What a step writes as `uses`. */
export function use(name: ActionName): string {
  return `${name}@${actions[name].commit}`;
}

/** The release behind a `uses`, for the comment beside it; undefined for what is not in the table. */
export function versionOf(uses: string): string | undefined {
  return Object.entries(actions).find(([name, { commit }]) => uses === `${name}@${commit}`)?.[1].version;
}
