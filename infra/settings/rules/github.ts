import { duplicates, problem, type Rule } from "./rule.ts";

export const gitHubEnvironmentsWork: Rule = ({ settings: { github, environment } }) =>
  Object.entries(github?.environments ?? {}).flatMap(([name, gate]) => {
    const path = ["github", "environments", name];
    const problems = duplicates([...path, "reviewers"], gate.reviewers, "team");
    const patterns = gate.branches.length + gate.tags.length;
    if (gate.protectedBranches && patterns > 0) {
      problems.push(
        problem(
          [...path, "protectedBranches"],
          "is true, but branches or tags are listed too.",
          "GitHub takes one or the other: remove one.",
        ),
      );
    }
    if (!gate.protectedBranches && patterns === 0) {
      problems.push(
        problem(
          [...path, "branches"],
          "is empty, so any branch could deploy.",
          "List the branches or tags that may deploy.",
        ),
      );
    }
    if (
      !gate.preventSelfReview &&
      environment !== "development" &&
      environment !== "feature" &&
      environment !== undefined
    ) {
      problems.push(
        problem(
          [...path, "preventSelfReview"],
          `is false, but the environment "${environment}" requires it.`,
          "Set it to true, or remove it.",
        ),
      );
    }
    return problems;
  });
