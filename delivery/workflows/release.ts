import { routeJob } from "./deliver.ts";
import { evidenceSteps } from "./evidence.ts";
import { hostedRunner, type WorkflowFacts } from "./facts.ts";
import type { StepsJob, Workflow } from "./model.ts";
import { promotionJobs, versionOfCommit } from "./promotions.ts";
import { releaseJob } from "./release-access.ts";
import { reachableBy } from "./route.ts";
import { checkout, script, setUpNode } from "./steps.ts";
import { whenSetUp } from "./switches.ts";

/** What the tag of a version does; nothing is built any more, the bundle of the tagged commit goes on. */
export function releaseWorkflow(facts: WorkflowFacts): Workflow {
  const environments = reachableBy(facts.process, "tags");
  const tags = [...new Set(environments.flatMap((name) => facts.process.environments[name]?.tags ?? []))];
  return {
    file: "release.yml",
    name: "Release",
    about: [
      "Checks the tag, its release notes and the dependencies, makes the release in GitHub, and takes the bundle of the tagged commit to",
      "the first environment that takes tags. The commit has been delivered by its branch before.",
    ],
    // A process without tags still has releases.
    on: { push: { tags: tags.length > 0 ? tags : ["v*.*.*"] } },
    jobs: {
      check: checkJob(),
      audit: auditJob(),
      publish: publishJob(),
      ...recordJobs(facts),
      ...(environments.length > 0 && {
        route: routeJob(["publish"]),
        ...promotionJobs(facts, environments, {
          needs: ["route"],
          when: "needs.route.result == 'success'",
          route: "needs.route.outputs.environments",
        }),
      }),
    },
  };
}

/** The bundle of the tagged commit, by its version. */
const bundleOfCommit = { line: `BUNDLE="${versionOfCommit}"` };

function recordJobs(facts: WorkflowFacts): Record<string, StepsJob> {
  const steps = evidenceSteps(facts, "publication", bundleOfCommit);
  if (steps.length === 0) return {};
  return { record: { ...releaseJob(facts, { name: "Record", steps }), needs: ["publish"], if: whenSetUp } };
}

const notesOf = [
  'version="${GITHUB_REF_NAME#v}"',
  "# The part of CHANGELOG.md under the version's heading, up to the next one.",
  `awk -v head="## [$version]" 'index($0, "## ") == 1 { on = index($0, head) == 1; next } on' CHANGELOG.md > notes.md`,
] as const;

function checkJob(): StepsJob {
  return {
    name: "Tag and notes",
    permissions: { contents: "read" },
    "runs-on": hostedRunner,
    "timeout-minutes": 10,
    steps: [
      checkout,
      {
        name: "Check the tag's form",
        run: script(
          'if ! [[ "$GITHUB_REF_NAME" =~ ^v(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)$ ]]; then',
          '  echo "::error title=Tag::$GITHUB_REF_NAME is no version. Write it as v1.2.3."',
          "  exit 1",
          "fi",
        ),
      },
      {
        name: "Check that release notes exist",
        run: script(
          ...notesOf,
          "if ! grep -q '[^[:space:]]' notes.md; then",
          '  echo "::error file=CHANGELOG.md,title=Release notes::There is nothing under ## [$version]. Write what changed there."',
          "  exit 1",
          "fi",
        ),
      },
    ],
  };
}

function auditJob(): StepsJob {
  return {
    name: "Security audit",
    permissions: { contents: "read" },
    "runs-on": hostedRunner,
    "timeout-minutes": 10,
    steps: [checkout, setUpNode, { name: "Audit the packages", run: script("npm audit --audit-level high") }],
  };
}

function publishJob(): StepsJob {
  return {
    name: "Release in GitHub",
    needs: ["check", "audit"],
    permissions: { contents: "write" },
    "runs-on": hostedRunner,
    "timeout-minutes": 10,
    steps: [
      checkout,
      {
        name: "Publish the notes",
        env: { GH_TOKEN: "${{ github.token }}" },
        run: script(
          ...notesOf,
          "# A run that is repeated finds the release and leaves it.",
          'if gh release view "$GITHUB_REF_NAME" > /dev/null 2>&1; then exit 0; fi',
          'gh release create "$GITHUB_REF_NAME" --verify-tag --title "$GITHUB_REF_NAME" --notes-file notes.md',
        ),
      },
    ],
  };
}
