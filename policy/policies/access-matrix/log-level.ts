import { accessMatrix, logLevels } from "../../access-matrix.ts";
import { appliedEnvironment } from "../../applied-environment.ts";
import { variablesOf, variableTypes } from "../../environment-variables.ts";
import type { StackRule } from "../../rule.ts";

const levelVariable = /^(.+_)?LOG_?LEVEL$/i;
const debugVariable = /^((APP|DJANGO|FLASK|FASTAPI)_)?DEBUG$/i;

export const logLevel: StackRule = {
  name: "log-level",
  title: "Logs say no more than they may",
  severity: "medium",
  category: "access matrix",
  scope: "stack",
  description: "An application logs at the level of its environment in the access matrix, or less.",
  rationale:
    "Debug logs hold requests and rows: in production they are customers' data, in a place that more people read.",
  remediation: "Set LOG_LEVEL to error in production, to info in pre-production and staging, and leave DEBUG out.",
  controls: ["ISO27001 A.8.12", "ISO27001 A.8.15", "SOC2 C1.1", "NIST AU-3", "GDPR 25(2)"],
  appliesTo: variableTypes,
  judge: (resource, stack) => {
    const variables = variablesOf(resource);
    const environment = appliedEnvironment(resource, stack);
    const most = accessMatrix[environment].logLevel;
    return variables.flatMap(({ name, value, where }) => {
      const level = logLevels.findIndex((each) => value.trim().toLowerCase().startsWith(each));
      if (levelVariable.test(name))
        return level > logLevels.indexOf(most)
          ? [`logs at ${value} in ${where}, where ${environment} has ${most}.`]
          : [];
      return debugVariable.test(name) && most !== "debug" && /^(1|true|yes|on)$/i.test(value)
        ? [`runs in debug mode in ${where}.`]
        : [];
    });
  },
};
