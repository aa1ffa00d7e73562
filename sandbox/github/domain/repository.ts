import { createHash, generateKeyPairSync } from "node:crypto";
import { newId, type Repository, type RepositorySettings, type State } from "../state.ts";

/** What GitHub gives a new repository when the request says nothing else. */
const defaults: RepositorySettings = {
  description: null,
  homepage: null,
  visibility: "public",
  default_branch: "main",
  archived: false,
  is_template: false,
  has_issues: true,
  has_projects: true,
  has_wiki: true,
  has_downloads: true,
  has_discussions: false,
  allow_squash_merge: true,
  allow_merge_commit: true,
  allow_rebase_merge: true,
  allow_auto_merge: false,
  allow_update_branch: false,
  allow_forking: false,
  delete_branch_on_merge: false,
  web_commit_signoff_required: false,
  squash_merge_commit_title: "COMMIT_OR_PR_TITLE",
  squash_merge_commit_message: "COMMIT_MESSAGES",
  merge_commit_title: "MERGE_MESSAGE",
  merge_commit_message: "PR_TITLE",
  security_and_analysis: {
    secret_scanning: { status: "disabled" },
    secret_scanning_push_protection: { status: "disabled" },
    dependabot_security_updates: { status: "disabled" },
  },
};

/** A repository as GitHub makes it; the caller puts it into the state. */
export function newRepository(state: State, name: string, now: string): Repository {
  return {
    id: newId(state),
    name,
    settings: structuredClone(defaults),
    topics: [],
    vulnerability_alerts: false,
    public_key: newPublicKey(),
    environments: [],
    variables: [],
    secrets: [],
    rulesets: [],
    branch_protection_rules: [],
    runs: [],
    deployments: [],
    created_at: now,
    updated_at: now,
  };
}

/**
 * A key for sealed boxes (Curve25519, as libsodium's crypto_box_seal wants). The private half is thrown away: nothing in
 * the sandbox reads a secret, so nothing is able to.
 */
function newPublicKey(): Repository["public_key"] {
  const { publicKey } = generateKeyPairSync("x25519");
  const raw = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  const digits = createHash("sha256").update(raw).digest().readBigUInt64BE().toString();
  return { key_id: digits.slice(0, 18), key: raw.toString("base64") };
}
