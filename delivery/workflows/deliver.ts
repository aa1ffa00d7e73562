import { pathspec } from "../process/path-filter.ts";
import { use } from "./actions.ts";
import { signInToPackages } from "./environment.ts";
import { evidenceSteps } from "./evidence.ts";
import { hostedRunner, type WorkflowFacts } from "./facts.ts";
import { type BuiltImage, builtImages } from "./images.ts";
import type { Job, StepsJob, Workflow } from "./model.ts";
import { promotionJobs, versionOfCommit } from "./promotions.ts";
import { testJob } from "./pull-request.ts";
import { release, releaseJob } from "./release-access.ts";
import { reachableBy } from "./route.ts";
import { checkout, checkoutWithHistory, script, setUpNode } from "./steps.ts";
import { whenSetUp } from "./switches.ts";

/** What a push to a branch that deploys does: images, a bundle, and the way to the environments that take the branch. */
export function deliverWorkflow(facts: WorkflowFacts): Workflow {
  const environments = reachableBy(facts.process, "branches");
  const branches = [...new Set(environments.flatMap((name) => facts.process.environments[name]?.branches ?? []))];
  const images = builtImages(facts.process);
  const builds = images.map((image) => [buildOf(image), buildJob(facts, image)] as const);
  const jobs: Record<string, Job> = {
    route: routeJob(),
    test: testJob({ needs: ["route"] }),
    ...Object.fromEntries(builds),
  };
  jobs.bundle = bundleJob(facts, images);
  return {
    file: "deliver.yml",
    name: "Deliver",
    about: [
      "Builds and scans the images that a push changed, records the bundle, and takes it to the environments that take the branch.",
      "An image is named by the files that it was made of, so that what did not change is not built again, on whichever branch.",
    ],
    on: { push: { branches } },
    jobs: {
      ...jobs,
      ...promotionJobs(facts, environments, {
        needs: ["route", "bundle"],
        when: "needs.bundle.result == 'success'",
        route: "needs.route.outputs.environments",
        bundle: "${{ needs.bundle.outputs.bundle }}",
      }),
    },
  };
}

/** Where the push goes, by the process of its own commit. */
export function routeJob(needs?: readonly string[]): StepsJob {
  return {
    name: "Route",
    ...(needs && { needs }),
    if: whenSetUp,
    permissions: { contents: "read" },
    "runs-on": hostedRunner,
    "timeout-minutes": 10,
    outputs: { environments: "${{ steps.route.outputs.environments }}" },
    steps: [
      checkout,
      setUpNode,
      {
        name: "Find the environments",
        id: "route",
        run: script(
          'environments=$(./slipway workflows route "$GITHUB_REF" --json | jq -c .environments)',
          'echo "environments=$environments" >> "$GITHUB_OUTPUT"',
        ),
      },
    ],
  };
}

/**
 * An image of a deployable, in GitHub's own registry, where it takes no right in any account: `digest` is empty when the
 * repository holds no file of the deployable. A scan with findings fails the job, and no bundle comes about.
 */
function buildJob({ repository }: WorkflowFacts, { context, deployable, sources, title }: BuiltImage): StepsJob {
  const image = `ghcr.io/${repository}/${deployable}`;
  const present = "steps.source.outputs.key != ''";
  const filters = sources.map((filter) => `'${pathspec(filter)}'`);
  return {
    name: `Image: ${title}`,
    needs: ["route"],
    permissions: { contents: "read", packages: "write" },
    "runs-on": hostedRunner,
    "timeout-minutes": 60,
    outputs: { digest: "${{ steps.known.outputs.digest || steps.build.outputs.digest }}" },
    steps: [
      checkout,
      {
        name: "Find what it is made of",
        id: "source",
        run: script(
          `files=$(git ls-files --stage -- ${filters.join(" ")})`,
          'if [ -z "$files" ]; then echo "::notice::This repository holds no file of it: nothing to build."; exit 0; fi',
          'echo "key=$(sha256sum <<< "$files" | cut -c 1-40)" >> "$GITHUB_OUTPUT"',
        ),
      },
      { ...signInToPackages, if: present },
      {
        name: "Look for it in the registry",
        id: "known",
        if: present,
        env: { TAGGED: `${image}:files-\${{ steps.source.outputs.key }}` },
        run: script(
          `digest=$(docker buildx imagetools inspect "$TAGGED" --format '{{ .Manifest.Digest }}' 2> /dev/null || true)`,
          'echo "digest=$digest" >> "$GITHUB_OUTPUT"',
        ),
      },
      { name: "Set up the builder", if: missing(present), uses: use("docker/setup-buildx-action") },
      {
        name: "Build and push",
        id: "build",
        if: missing(present),
        uses: use("docker/build-push-action"),
        with: {
          context,
          tags: `${image}:files-\${{ steps.source.outputs.key }}`,
          labels: "org.opencontainers.image.revision=${{ github.sha }}",
          push: true,
          pull: true,
          provenance: "mode=max",
          sbom: true,
        },
      },
      {
        name: "Scan",
        if: present,
        uses: use("anchore/scan-action"),
        with: {
          image: `${image}@\${{ steps.known.outputs.digest || steps.build.outputs.digest }}`,
          "fail-build": true,
          "severity-cutoff": "high",
          "only-fixed": true,
          "output-format": "table",
        },
      },
    ],
  };
}

/** The id of the job that builds an image. */
function buildOf({ deployable }: BuiltImage): string {
  return `build-${deployable}`;
}

function missing(present: string): string {
  return `${present} && steps.known.outputs.digest == ''`;
}

function bundleJob(facts: WorkflowFacts, images: readonly BuiltImage[]): StepsJob {
  const variable = ({ deployable }: BuiltImage) => `IMAGE_${deployable.toUpperCase().replaceAll("-", "_")}`;
  return releaseJob(facts, {
    name: "Bundle",
    needs: ["route", "test", ...images.map(buildOf)],
    checkout: checkoutWithHistory,
    outputs: { bundle: "${{ steps.bundle.outputs.bundle }}" },
    steps: [
      {
        name: "Record the bundle",
        id: "bundle",
        env: Object.fromEntries(
          images.map((image) => [variable(image), `\${{ needs.${buildOf(image)}.outputs.digest }}`]),
        ),
        run: script(
          "images=()",
          ...images.map(
            (image) =>
              `if [ -n "$${variable(image)}" ]; then images+=(--image "${image.deployable}=$${variable(image)}"); fi`,
          ),
          `${release("bundle", `--version "${versionOfCommit}"`, '"${images[@]}"', "--json")} > bundle.json`,
          'echo "bundle=$(jq -er .digest bundle.json)" >> "$GITHUB_OUTPUT"',
        ),
      },
      ...evidenceSteps(facts, "delivery", { expression: "${{ steps.bundle.outputs.bundle }}" }),
    ],
  });
}
