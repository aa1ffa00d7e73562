import { type Statement, statementName, statementsOf } from "../../iam.ts";
import { refersTo } from "../../resource.ts";
import type { StackRule } from "../../rule.ts";

export const keyDuties: StackRule = {
  name: "key-duties",
  title: "Keys are administered by some and used by others",
  severity: "medium",
  category: "encryption",
  scope: "stack",
  description:
    "A key's policy gives its use to the account through known services alone, and nobody all of its actions.",
  rationale:
    "The default policy lets every administrator of the account decrypt everything, by a permission of IAM alone.",
  remediation: "Give a policy with administration in one statement and use, through a service, in another.",
  controls: ["SOC2 CC6.1", "SOC2 CC5.1", "ISO27001 A.5.3", "ISO27001 A.8.24", "NIST SC-12", "NIST AC-6"],
  appliesTo: ["aws:kms/key:Key"],
  environments: ["staging", "preProduction", "production"],
  judge: (key, stack) => {
    const documents = [
      key.props.policy,
      ...stack
        .ofType("aws:kms/keyPolicy:KeyPolicy")
        .filter((each) => refersTo(each, "keyId", key))
        .map(({ props }) => props.policy),
    ].filter((document) => document !== undefined);
    if (documents.length === 0) return ["gives the whole account all of its actions, by the default policy."];
    return documents.flatMap(statementsOf).flatMap((statement, index) => {
      const name = statementName(statement, index);
      if (gives(statement, all)) return [`gives all of its actions away in ${name}.`];
      const toAccount = (statement.principals.AWS ?? []).some((who) => who.endsWith(":root") || /^\d{12}$/.test(who));
      return toAccount && gives(statement, use) ? [`lets the whole account use it by ${name}.`] : [];
    });
  },
};

const all = /^(\*|kms:\*)$/i;
/** What reads data, and what hands that on. */
const use = /^kms:(decrypt|reencrypt|creategrant)/i;

function gives({ actions, allows, conditions, notActions }: Statement, what: RegExp): boolean {
  return allows && conditions.length === 0 && (notActions.length > 0 || actions.some((action) => what.test(action)));
}
