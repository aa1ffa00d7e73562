import type { Cases } from "../support/cases.ts";
import { flagCases } from "./release-process-flags.ts";
import { roleReleaseCases } from "./release-process-roles.ts";
import { gitHubRuleCases } from "./release-process-rules.ts";

const environmentType = "github:index/repositoryEnvironment:RepositoryEnvironment";
const patternType = "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy";
const environment = {
  environment: "production.cto",
  canAdminsBypass: false,
  preventSelfReview: true,
  reviewers: [{ teams: [1, 2] }],
  deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
};
const without = (key: string) => Object.fromEntries(Object.entries(environment).filter(([name]) => name !== key));
export const releaseProcessCases: Cases = {
  ...flagCases,
  ...gitHubRuleCases,
  ...roleReleaseCases,
  "github-environment-admin-bypass": [
    { title: "accepts no bypass", resource: { type: environmentType, props: environment }, findings: [] },
    {
      title: "refuses a bypass",
      resource: { type: environmentType, props: { ...environment, canAdminsBypass: true } },
      findings: ["lets administrators skip its reviewers."],
    },
    {
      title: "refuses GitHub's default, which is a bypass",
      resource: { type: environmentType, props: without("canAdminsBypass") },
      findings: ["lets administrators skip its reviewers."],
    },
  ],
  "github-environment-self-review": [
    { title: "accepts no self review", resource: { type: environmentType, props: environment }, findings: [] },
    {
      title: "refuses self review",
      resource: { type: environmentType, props: { ...environment, preventSelfReview: false } },
      findings: ["lets people approve their own deployments."],
    },
    {
      title: "refuses GitHub's default, which is self review",
      resource: { type: environmentType, props: without("preventSelfReview") },
      findings: ["lets people approve their own deployments."],
    },
    {
      title: "accepts nothing said where nobody reviews",
      resource: {
        type: environmentType,
        props: { environment: "production", canAdminsBypass: false, deploymentBranchPolicy: {} },
      },
      findings: [],
    },
  ],
  "github-environment-reviewers": [
    { title: "accepts teams", resource: { type: environmentType, props: environment }, findings: [] },
    {
      title: "accepts people",
      resource: { type: environmentType, props: { ...environment, reviewers: [{ users: [1] }] } },
      findings: [],
    },
    {
      title: "refuses none where a role approves",
      resource: { type: environmentType, props: without("reviewers") },
      findings: ["has no reviewers."],
    },
    {
      title: "accepts none where deployments run",
      resource: { type: environmentType, props: { ...without("reviewers"), environment: "production" } },
      findings: [],
    },
    {
      title: "refuses an empty group",
      resource: { type: environmentType, props: { ...environment, reviewers: [{ teams: [] }] } },
      findings: ["has no reviewers."],
    },
    {
      title: "refuses seven",
      resource: {
        type: environmentType,
        props: { ...environment, reviewers: [{ teams: [1, 2, 3, 4], users: [5, 6, 7] }] },
      },
      findings: ["has 7 reviewers, GitHub takes six."],
    },
  ],
  "github-environment-branches": [
    { title: "accepts named branches", resource: { type: environmentType, props: environment }, findings: [] },
    {
      title: "refuses no policy",
      resource: { type: environmentType, props: without("deploymentBranchPolicy") },
      findings: ["lets every branch deploy."],
    },
    {
      title: "refuses protected branches",
      resource: {
        type: environmentType,
        props: { ...environment, deploymentBranchPolicy: { protectedBranches: true, customBranchPolicies: false } },
      },
      findings: ["does not name the branches that may deploy."],
    },
  ],
  "github-branch-pattern-width": [
    { title: "accepts a branch", resource: { type: patternType, props: { branchPattern: "develop" } }, findings: [] },
    { title: "accepts a prefix", resource: { type: patternType, props: { tagPattern: "v*" } }, findings: [] },
    {
      title: "refuses a star",
      resource: { type: patternType, props: { branchPattern: "*" } },
      findings: ['lets every branch or tag deploy by the pattern "*".'],
    },
    {
      title: "refuses stars and slashes",
      resource: { type: patternType, props: { branchPattern: "**/*" } },
      findings: ['lets every branch or tag deploy by the pattern "**/*".'],
    },
    { title: "refuses none", resource: { type: patternType, props: {} }, findings: ["has no pattern."] },
  ],
};
