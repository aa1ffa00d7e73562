import { accessMatrix } from "../../access-matrix.ts";
import { appliedEnvironment } from "../../applied-environment.ts";
import { variablesOf, variableTypes } from "../../environment-variables.ts";
import type { StackRule } from "../../rule.ts";

/** Switches that let made-up data in, or let people try things with the data that are there. */
const switches =
  /^(.+_)?(ALLOW|CREATE|ENABLE|GENERATE|IMPORT|INSERT|LOAD|SEED|USE|WITH)_?(DEMO|DUMMY|EXPERIMENTS?|FAKE|FIXTURES?|MOCKS?|SAMPLE|TEST)(_?(DATA|FIXTURES?|TENANTS?|USERS?))?$/i;

export const testData: StackRule = {
  name: "test-data",
  title: "No test data beside customers'",
  severity: "high",
  category: "access matrix",
  scope: "stack",
  description: "Where the access matrix has no test data and no experiments, no variable switches them on.",
  rationale: "Made-up rows among customers' cannot be told apart afterwards, and an experiment changes what is real.",
  remediation: "Leave the variable out, or try it in staging.",
  controls: ["ISO27001 A.8.33", "ISO27001 A.8.31", "SOC2 CC8.1", "NIST SA-11", "GDPR 5(1)(f)"],
  appliesTo: variableTypes,
  judge: (resource, stack) => {
    const variables = variablesOf(resource);
    const environment = appliedEnvironment(resource, stack);
    if (accessMatrix[environment].allowTestData) return [];
    return variables
      .filter(({ name, value }) => switches.test(name) && !/^(|0|false|no|none|off)$/i.test(value.trim()))
      .map(({ name, where }) => `switches on ${name} in ${where}, where ${environment} takes no test data.`);
  },
};
