import { use } from "./actions.ts";
import { type CloudStack, hostedRunner, type WorkflowFacts } from "./facts.ts";
import type { Job, StepsJob, Workflow } from "./model.ts";
import { assumeRole, checkout, script, setUpNode, stackValues } from "./steps.ts";
import { sameRepository, whenSetUp } from "./switches.ts";

/** What a reviewer wants to know: do the tests pass, and what would change in each stack. */
export function pullRequestWorkflow(facts: WorkflowFacts): Workflow {
  const stacks = Object.values(facts.stacks);
  const previews = stacks.map((stack) => [`preview-${stack.name}`, previewJob(facts, stack)] as const);
  const jobs: Record<string, Job> = { test: testJob(), ...Object.fromEntries(previews) };
  if (previews.length > 0) jobs.comment = commentJob(previews.map(([id]) => id));
  return {
    file: "pull-request.yml",
    name: "Pull request",
    about: [
      "Runs every test, and previews every stack in AWS with its policies; the previews stand in a comment each, which the next push",
      "replaces. A fork's pull request is tested only.",
    ],
    on: { pull_request: {} },
    concurrency: { group: "pull-request-${{ github.event.pull_request.number }}", "cancel-in-progress": true },
    jobs,
  };
}

/** Every check that a developer can run, and that the workflows are those of the process. */
export function testJob(condition: Pick<StepsJob, "needs" | "if"> = {}): StepsJob {
  return {
    name: "Test",
    ...condition,
    permissions: { contents: "read" },
    "runs-on": hostedRunner,
    "timeout-minutes": 90,
    steps: [
      checkout,
      setUpNode,
      {
        name: "Keep the toolchain between runs",
        uses: use("actions/cache"),
        with: {
          path: "~/.cache/slipway",
          key: "slipway-${{ runner.os }}-${{ runner.arch }}-${{ hashFiles('sandbox/toolchain/**', 'sandbox/aws/requirements.txt') }}",
          "restore-keys": "slipway-${{ runner.os }}-${{ runner.arch }}-",
        },
      },
      { name: "Compare the workflows with the process", run: script("./slipway workflows check") },
      { name: "Test", run: script("./slipway test") },
    ],
  };
}

/** Reads and changes nothing: the role of previews sees no data and no secret. In the network where the API server is private. */
function previewJob(facts: WorkflowFacts, stack: CloudStack): StepsJob {
  return {
    name: `Preview: ${stack.name}`,
    if: `${sameRepository} && ${whenSetUp}`,
    permissions: { contents: "read", "id-token": "write" },
    "runs-on": stack.platform === "eks" ? stack.runner : hostedRunner,
    "timeout-minutes": 30,
    steps: [
      checkout,
      setUpNode,
      assumeRole(stack.previewRole, stack.region),
      {
        name: "Preview with policies",
        env: stackValues(facts, stack),
        run: script(`./slipway preview ${stack.name} --no-sandbox --markdown --fail-on-data-loss > preview.md`),
      },
      {
        name: "Hand it to the comment",
        if: "${{ !cancelled() }}",
        uses: use("actions/upload-artifact"),
        with: { name: `preview-${stack.name}`, path: "preview.md", "if-no-files-found": "ignore", "retention-days": 7 },
      },
    ],
  };
}

/** Alone may write to the pull request, and runs none of its code. */
function commentJob(needs: readonly string[]): StepsJob {
  return {
    name: "Comment",
    needs,
    if: `\${{ !cancelled() && ${sameRepository} && ${whenSetUp} }}`,
    permissions: { "pull-requests": "write" },
    "runs-on": hostedRunner,
    "timeout-minutes": 10,
    steps: [
      {
        name: "Fetch the previews",
        uses: use("actions/download-artifact"),
        with: { pattern: "preview-*", path: "previews" },
      },
      {
        name: "Write or replace the comments",
        env: { GH_TOKEN: "${{ github.token }}", NUMBER: "${{ github.event.pull_request.number }}" },
        run: script(
          "shopt -s nullglob",
          "for preview in previews/*/preview.md; do",
          "  # The first line marks the comment that the next run replaces. GitHub takes 65536 characters.",
          '  MARKER=$(head -n 1 "$preview")',
          '  case "$MARKER" in "<!-- slipway preview "*" -->") ;; *) continue ;; esac',
          "  export MARKER",
          '  head -c 65000 "$preview" > comment.md',
          '  id=$(gh api --paginate "repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments" \\',
          `    --jq '.[] | select(.user.login == "github-actions[bot]" and (.body | startswith($ENV.MARKER))) | .id' | head -n 1)`,
          '  if [ -n "$id" ]; then',
          '    gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" -F body=@comment.md > /dev/null',
          "  else",
          '    gh api --method POST "repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments" -F body=@comment.md > /dev/null',
          "  fi",
          "done",
        ),
      },
    ],
  };
}
