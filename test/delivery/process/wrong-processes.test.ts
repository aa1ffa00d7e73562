import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parseProcess, processFilePath } from "../../../delivery/process/read.ts";
import { checkoutRoot } from "../../../sandbox/paths.ts";

const text = readFileSync(path.join(checkoutRoot, processFilePath), "utf8");

/** One slip in the default process: what is written instead of what, and the only message that comes of it. */
interface Slip {
  readonly from: string;
  readonly to: string;
  /** The line's text at which the message points, when it is not the first that was changed. */
  readonly at?: string;
  readonly message: string;
}

const environment = (name: string, next: string) =>
  text.slice(text.indexOf(`  ${name}:\n    title`), text.indexOf(next));
const preProduction = environment("pre-production", "  production:\n    title");
const production = environment("production", "# When. Holds");

const roles =
  "team-lead, qa-lead, tech-lead, ai-lead, devops-lead, dba, product-owner, release-manager, security-lead, on-call, engineering-manager, cto, ceo";
const deployables = "frontend, backend, database, infrastructure, voice-ai";

const slips: Readonly<Record<string, Slip>> = {
  // Keys and values
  "an unknown key": {
    from: "notifications:\n  channel:",
    to: "notifications:\n  email: a@example.com\n  channel:",
    at: "  email:",
    message: "notifications has the unknown key email. Remove or rename it.",
  },
  "a key that is missing": {
    from: 'notifications:\n  channel: "#deployments"\n',
    to: "",
    at: "# yaml-language-server",
    message: "notifications is missing: it must be a mapping of keys to values.",
  },
  "a role without a team": {
    from: "{ title: DevOps Lead, team: devops-lead }",
    to: "{ title: DevOps Lead }",
    message:
      'roles.devops-lead.team is missing: it must be 2 to 40 lower-case letters, digits and dashes, such as "qa-lead".',
  },
  "a team that is no slug": {
    from: "team: devops-lead }",
    to: "team: DevOps }",
    message: 'roles.devops-lead.team must be 2 to 40 lower-case letters, digits and dashes, such as "qa-lead".',
  },
  "a role with a capital letter": {
    from: "  ceo: { title: CEO, team: ceo }\n",
    to: "  ceo: { title: CEO, team: ceo }\n  CFO: { title: CFO, team: cfo }\n",
    at: "  CFO:",
    message:
      'roles.CFO is no name: it must be 2 to 40 lower-case letters, digits and dashes, such as "qa-lead". Rename it.',
  },
  "a title without text": {
    from: "title: QA Lead,",
    to: 'title: "",',
    message: "roles.qa-lead.title must not be empty.",
  },
  "a deployable without paths": {
    from: "paths: [voice-ai/**]",
    to: "paths: []",
    message: "deployables.voice-ai.paths must name 1 at least.",
  },
  "a text for a switch": {
    from: "paths: [frontend/**], image: true",
    to: 'paths: [frontend/**], image: "yes"',
    message: "deployables.frontend.image must be true or false.",
  },
  "a version of half": { from: "version: 1\n", to: "version: 1.5\n", message: "version must be a whole number." },
  "a version of nothing": { from: "version: 1\n", to: "version: 0\n", message: "version must be at least 1." },
  "a validation that a machine shows": {
    from: "{ title: UX review, by: person }",
    to: "{ title: UX review, by: robot }",
    message: "validations.ux-review.by must be one of workflow, person.",
  },
  "a stack that there is not": {
    from: "stack: staging\n",
    to: "stack: stage\n",
    message: "environments.staging.stack must be dev, staging, prod or pr-*.",
  },
  "data that there are not": {
    from: "data: live",
    to: "data: real",
    message: "environments.production.data must be one of made-up, staging, production-like, production subset, live.",
  },
  "a list where one role is meant": {
    from: "frontend: [release-manager]",
    to: "frontend: release-manager",
    message: "environments.production.approvals.frontend must be a list.",
  },
  "a span without unit": {
    from: "completeWithin: 24 h",
    to: "completeWithin: 24",
    message: 'environments.pre-production.completeWithin must be a span such as "15 min", "4 h", "2 days" or "1 week".',
  },
  "a time zone that is an abbreviation": {
    from: "timeZone: America/New_York",
    to: "timeZone: Eastern",
    message: 'calendar.timeZone must be a time zone such as "America/New_York".',
  },
  "a severity without approvers": {
    from: "approvers: [tech-lead]",
    to: "approvers: []",
    message: "emergency.severities.high.approvers must name 1 at least.",
  },
  "a document without title": {
    from: "rollback-plan: Rollback plan and testing evidence",
    to: "rollback-plan:",
    message: "documents.rollback-plan must be a string.",
  },

  // Names that nobody declared
  "a misspelt role in a cell": {
    from: "backend: [qa-lead, tech-lead]",
    to: "backend: [qa-lead, tech-leed]",
    message:
      'environments.staging.approvals.backend.1 names the role "tech-leed", which is not declared. Write "tech-lead", or declare it in roles.',
  },
  "a role that is nothing like any other": {
    from: "frontend: [release-manager]",
    to: "frontend: [janitor]",
    message: `environments.production.approvals.frontend.0 names the role "janitor", which is not declared. Use one of ${roles}, or declare it in roles.`,
  },
  "a role that every object has": {
    from: "frontend: [release-manager]",
    to: "frontend: [constructor]",
    message: `environments.production.approvals.frontend.0 names the role "constructor", which is not declared. Use one of ${roles}, or declare it in roles.`,
  },
  "an unknown deployable in the matrix": {
    from: "      voice-ai: [qa-lead, ai-lead]\n",
    to: "      voice-ai: [qa-lead, ai-lead]\n      mobile: [qa-lead]\n",
    at: "      mobile:",
    message: `environments.staging.approvals.mobile names the deployable "mobile", which is not declared. Use one of ${deployables}, or declare it in deployables.`,
  },
  "an unknown deployable among the validations": {
    from: "      frontend: [ux-review,",
    to: "      frontent: [ux-review,",
    message:
      'environments.pre-production.deployableValidations.frontent names the deployable "frontent", which is not declared. Write "frontend", or declare it in deployables.',
  },
  "an unknown deployable without windows": {
    from: "  timeZone: America/New_York",
    to: "  unlimited: [front-end]\n  timeZone: America/New_York",
    message:
      'calendar.unlimited.0 names the deployable "front-end", which is not declared. Write "frontend", or declare it in deployables.',
  },
  "an unknown validation of an environment": {
    from: "      - acceptance-criteria-met\n",
    to: "      - accepted\n",
    message:
      'environments.staging.validations.0 names the validation "accepted", which is not declared. Use one that is there, or declare it in validations.',
  },
  "an unknown validation of a deployable": {
    from: "database: [migration-tests,",
    to: "database: [migration-test,",
    message:
      'environments.staging.deployableValidations.database.0 names the validation "migration-test", which is not declared. Write "migration-tests", or declare it in validations.',
  },
  "an unknown environment before": {
    from: "from: staging\n",
    to: "from: stagging\n",
    message:
      'environments.pre-production.from names the environment "stagging", which is not declared. Write "staging", or declare it in environments.',
  },
  "an unknown approver of an emergency": {
    from: "approvers: [on-call]",
    to: "approvers: [oncall]",
    message:
      'emergency.severities.critical.approvers.0 names the role "oncall", which is not declared. Write "on-call", or declare it in roles.',
  },
  "an unknown validation of an emergency": {
    from: "validations: [security-review, emergency-code-review",
    to: "validations: [security-revue, emergency-code-review",
    message:
      'emergency.severities.high.validations.0 names the validation "security-revue", which is not declared. Write "security-review", or declare it in validations.',
  },
  "an unknown review": {
    from: "reviews: [immediate-review, root",
    to: "reviews: [immediate-revue, root",
    message:
      'emergency.severities.critical.reviews.0 names the review "immediate-revue", which is not declared. Write "immediate-review", or declare it in emergency.reviews.',
  },
  "an unknown role among the contacts": {
    from: "{ role: ceo, within",
    to: "{ role: ceos, within",
    message:
      'emergency.contacts.4.role names the role "ceos", which is not declared. Write "ceo", or declare it in roles.',
  },
  "an unknown role in leadership": {
    from: "roles: [engineering-manager, cto] }",
    to: "roles: [engineering-manager, boss] }",
    message: `emergency.leadership.roles.1 names the role "boss", which is not declared. Use one of ${roles}, or declare it in roles.`,
  },
  "an unknown role that may roll back": {
    from: "immediate: [on-call]",
    to: "immediate: [on-call, sre]",
    message: `rollback.authority.immediate.1 names the role "sre", which is not declared. Use one of ${roles}, or declare it in roles.`,
  },
  "an unknown deployable to roll back": {
    from: "      infrastructure: [devops-lead, cto]\n\nmetrics",
    to: "      servers: [devops-lead, cto]\n\nmetrics",
    message: `rollback.authority.deployables.servers names the deployable "servers", which is not declared. Use one of ${deployables}, or declare it in deployables.`,
  },

  // The line
  "an environment that no bundle reaches": {
    from: "    stack: prod\n    from: staging\n",
    to: "    stack: prod\n",
    at: "  pre-production:\n",
    message:
      "environments.pre-production cannot be reached by promotion: it has no from, as development, the first one, has none. Say from which environment a bundle comes.",
  },
  "two environments that come from the same": {
    from: "from: pre-production",
    to: "from: staging",
    at: "    from: staging\n    # Stricter: seeds/000",
    message:
      'environments.production.from is "staging", from which pre-production comes too; promotion is one line. Let one of them come from the other.',
  },
  "an environment that stands before the one it comes from": {
    from: preProduction + production,
    to: production + preProduction,
    at: "    from: pre-production",
    message:
      'environments.production.from is "pre-production", which stands further down. Write environments in the order of promotion.',
  },
  "two environments of prod's that do not follow each other": {
    from: `    stack: staging\n${text.slice(text.indexOf("    from: development\n"), text.indexOf("    stack: prod\n"))}    stack: prod\n`,
    to: `    stack: prod\n${text.slice(text.indexOf("    from: development\n"), text.indexOf("    stack: prod\n"))}    stack: staging\n`,
    at: "    stack: prod\n    from: pre-production",
    message:
      "environments.production.stack is prod, which builds staging, but it does not come from there. prod builds two environments only when one follows the other.",
  },
  "a circle": {
    from: "from: development",
    to: "from: production",
    message:
      "environments.staging.from leads in a circle (staging from production from pre-production from staging), so that nothing ever gets there. Let the first of them be without from.",
  },
  "an environment that comes from itself": {
    from: "from: pre-production",
    to: "from: production",
    message:
      "environments.production.from leads in a circle (production from production), so that nothing ever gets there. Let the first of them be without from.",
  },
  "a promotion out of a pull request's environment": {
    from: "from: development",
    to: "from: feature",
    message:
      'environments.staging.from is "feature", which goes with its pull request. Let it come from an environment that stays.',
  },
  "a pull request's environment that takes bundles": {
    from: "    stack: pr-*\n",
    to: "    stack: pr-*\n    from: development\n",
    at: "    from: development\n    automatic: true # Stricter",
    message: "environments.feature.from is given, but a pull request's environment takes its own branch. Remove it.",
  },
  "a soak where nothing was before": {
    from: "    stack: dev\n",
    to: "    stack: dev\n    soak: 1 h\n",
    at: "    soak:",
    message: "environments.development.soak is a time in `from`, which is not given. Remove it.",
  },
  "a deadline where nothing was before": {
    from: "    stack: dev\n",
    to: "    stack: dev\n    completeWithin: 1 h\n",
    at: "    completeWithin: 1 h",
    message:
      "environments.development.completeWithin counts from the approval in `from`, which is not given. Remove it.",
  },
  "two environments of staging's stack": {
    from: "    stack: prod\n    from: staging\n",
    to: "    stack: staging\n    from: staging\n",
    at: "    stack: staging\n    from: staging\n",
    message:
      "environments.pre-production.stack is staging, which builds staging. A stack builds one environment; only prod two.",
  },
  "three environments of prod's stack": {
    from: "    stack: staging\n",
    to: "    stack: prod\n",
    at: "    stack: prod\n    from: pre-production\n",
    message: "environments.production.stack is prod, which builds staging and pre-production. Give it another stack.",
  },

  // Approvals and gates
  "a deployable without a row": {
    from: "      voice-ai: [release-manager, cto]\n",
    to: "",
    at: "    approvals:\n      frontend: [release-manager]",
    message:
      'environments.production.approvals has no row for voice-ai. Add "voice-ai: [...]" with its roles; "[]" if it needs nobody.',
  },
  "a role twice in a cell": {
    from: "backend: [release-manager, cto]",
    to: "backend: [cto, cto]",
    message: "environments.production.approvals.backend.1 names cto a second time. Name it once.",
  },
  "seven roles in a cell": {
    from: "backend: [release-manager, cto]",
    to: "backend: [release-manager, cto, qa-lead, tech-lead, ai-lead, devops-lead, dba]",
    message:
      "environments.production.approvals.backend names 7 roles, GitHub takes 6. Put people who decide alike into one team.",
  },
  "two roles of one team in a cell": {
    from: "{ title: AI Lead, team: ai-lead }",
    to: "{ title: AI Lead, team: qa-lead }",
    at: "      voice-ai: [qa-lead, ai-lead]",
    message:
      'environments.staging.approvals.voice-ai needs qa-lead and ai-lead, which are both the team "qa-lead": one member would hold them all. Give each role its own team.',
  },
  "two roles of one team in different cells": {
    from: "{ title: AI Lead, team: ai-lead }",
    to: "{ title: AI Lead, team: tech-lead }",
    at: "    approvals:\n      frontend: [qa-lead]",
    message:
      'environments.staging.approvals needs tech-lead and ai-lead, which are both the team "tech-lead": one member would hold them all. Give each role its own team.',
  },
  "an environment that every branch may deploy to": {
    from: "    branches: [main, release/*] # main",
    to: "    # main",
    at: "  staging:\n",
    message: "environments.staging lets every branch deploy. List the branches or tags that may.",
  },
  "a branch as git's whole reference": {
    from: "branches: [develop]",
    to: "branches: [refs/heads/develop]",
    message:
      'environments.development.branches.0 is "refs/heads/develop", which matches nothing. Write the name alone, such as "release/*", without refs/ and spaces.',
  },
  "a wait that GitHub does not know": {
    from: "    data: live\n",
    to: "    data: live\n    wait: 31 days\n",
    at: "    wait:",
    message: "environments.production.wait is longer than GitHub waits. Write 30 days at most.",
  },
  "a path from the file system's root": {
    from: "paths: [voice-ai/**]",
    to: "paths: [/voice-ai/**]",
    message:
      'deployables.voice-ai.paths.0 is "/voice-ai/**", but paths begin at the repository\'s root. Write it without the start.',
  },
  "a path that takes away first": {
    from: "paths: [voice-ai/**]",
    to: 'paths: ["!voice-ai/README.md", voice-ai/**]',
    message:
      'deployables.voice-ai.paths.0 is "!voice-ai/README.md", which takes away before anything is there. Put a filter before it.',
  },
  "a path whose ? repeats nothing": {
    from: "paths: [voice-ai/**]",
    to: "paths: [voice-ai/**?]",
    message: 'deployables.voice-ai.paths.0 is "voice-ai/**?", whose ? or + repeats nothing. Put a character before it.',
  },
  "seven roles that may go back at once": {
    from: "immediate: [on-call]",
    to: "immediate: [on-call, cto, qa-lead, tech-lead, ai-lead, devops-lead, dba]",
    message: "rollback.authority.immediate names 7 roles, GitHub takes 6. Put people who decide alike into one team.",
  },

  // The calendar
  "a window that ends before it begins": {
    from: 'days: [friday], from: "10:00", to: "12:00"',
    to: 'days: [friday], from: "22:00", to: "02:00"',
    message:
      'calendar.windows.1.to must be later than "from"; a window over midnight is two windows, the first to "24:00".',
  },
  "a window at 25 o'clock": {
    from: 'days: [friday], from: "10:00", to: "12:00"',
    to: 'days: [friday], from: "10:00", to: "25:00"',
    message: 'calendar.windows.1.to must be a time of day such as "10:00".',
  },
  "a window on no day": {
    from: "days: [friday]",
    to: "days: []",
    message: "calendar.windows.1.days must name 1 at least.",
  },
  "no window for what was planned": {
    from: '"16:00", for: normal }',
    to: '"16:00", for: critical }',
    at: "  windows:\n",
    message:
      "calendar.windows has no window for normal deployments, so that nothing planned ever goes to pre-production, production. Add one.",
  },
  "a blackout that does not say when": {
    from: "    - { title: Public holidays, holidays: US }",
    to: "    - { title: Public holidays }",
    message:
      "calendar.blackouts.0 is not complete. Add holidays, or rule, or lastBusinessDaysOfQuarter, or first and last, or start and end.",
  },
  "a blackout that ends before it begins": {
    from: "    # - { title: Spring campaign, first: 2027-03-15, last: 2027-03-19 }",
    to: "    - { title: Spring campaign, first: 2027-03-15, last: 2027-03-14 }",
    message: 'calendar.blackouts.3.last must not be before "first".',
  },
  "a blackout on a day that there is not": {
    from: "    # - { title: Spring campaign, first: 2027-03-15, last: 2027-03-19 }",
    to: "    - { title: Spring campaign, first: 2027-02-29, last: 2027-03-19 }",
    message: 'calendar.blackouts.3.first must be a day such as "2026-11-27".',
  },
  "a maintenance that ends before it begins": {
    from: "    # - { title: Maintenance of the database's provider, start: 2027-02-06T22:00, end: 2027-02-07T04:00 }",
    to: "    - { title: Maintenance, start: 2027-02-06T22:00, end: 2027-02-06T04:00 }",
    message: 'calendar.blackouts.3.end must be later than "start".',
  },
  "holidays of a country that has another code": {
    from: "holidays: US",
    to: "holidays: UK",
    message:
      "calendar.blackouts.0.holidays is UK, a country whose holidays are not known. Write its ISO 3166 code, such as US or GB.",
  },

  // Emergencies, rollback, metrics
  "an emergency that nobody hears of": {
    from: text.slice(text.indexOf("  contacts:\n"), text.indexOf("  # Stricter: the CTO's hour")),
    to: "  contacts: []\n",
    message: "emergency.contacts names nobody to tell. Begin with who is on call.",
  },
  "a contact that is told before the one above": {
    from: "{ role: engineering-manager, within: 30 min }",
    to: "{ role: engineering-manager, within: 10 min }",
    message:
      "emergency.contacts.2.within is earlier than that of tech-lead, who stands before. Write contacts in the order in which they are told.",
  },
  "a contact twice": {
    from: "{ role: tech-lead, within: 15 min }",
    to: "{ role: on-call, within: 15 min }",
    message: "emergency.contacts.1 names on-call a second time. Name each role once.",
  },
  "no severity": {
    from: text.slice(text.indexOf("  severities:\n"), text.indexOf("  contacts:\n")),
    to: "  severities: {}\n",
    message: "emergency.severities has none, so that nobody can declare an emergency. Add one.",
  },
  "a health trigger without its number": {
    from: "signal: health, consecutiveFailures: 3",
    to: "signal: health",
    message: "rollback.triggers.health-check-failure watches health without consecutiveFailures. Add it.",
  },
  "an error trigger without its window": {
    from: "risePoints: 5, window: 5 min",
    to: "risePoints: 5",
    message: "rollback.triggers.error-rate-spike watches errorRate without window. Add it.",
  },
  "a latency trigger with another's number": {
    from: "risePercent: 50, window: 10 min",
    to: "risePercent: 50, consecutiveFailures: 3, window: 10 min",
    message:
      "rollback.triggers.performance-degradation.consecutiveFailures says nothing of latency, which is judged by risePercent and window. Remove it.",
  },
  "a trigger that watches for no time": {
    from: "risePercent: 50, window: 10 min",
    to: "risePercent: 50, window: 0 min",
    message: "rollback.triggers.performance-degradation.window is no time at all. Write 1 min at least.",
  },
  "a rise of nothing": {
    from: "risePercent: 50",
    to: "risePercent: 0",
    message: "rollback.triggers.performance-degradation.risePercent must be more than 0.",
  },
  "a target without value": {
    from: "successRate: { better: above, value: 99 }",
    to: "successRate: { better: above }",
    message: "metrics.successRate is better above what it does not say. Add value.",
  },
  "a target between without its least": {
    from: "{ better: between, least: 2, most: 3 }",
    to: "{ better: between, most: 3 }",
    message: "metrics.deploymentFrequency is better between what it does not say. Add least.",
  },
  "a target between the wrong way round": {
    from: "{ better: between, least: 2, most: 3 }",
    to: "{ better: between, least: 3, most: 2 }",
    message: "metrics.deploymentFrequency.most is less than least. Write 3 or more.",
  },
  "a target with a number too many": {
    from: "approvalTime: { better: below, value: 4 }",
    to: "approvalTime: { better: below, value: 4, most: 5 }",
    message: 'metrics.approvalTime.most is given, but "better: below" needs value alone. Remove it.',
  },
};

describe("a process that cannot work is refused with its line and its remedy", () => {
  for (const [what, { from, to, at = to, message }] of Object.entries(slips)) {
    it(what, () => {
      assert.ok(text.includes(from), `the default process no longer says ${JSON.stringify(from)}`);
      const edited = text.replace(from, () => to);
      const line = edited.slice(0, edited.indexOf(at)).split("\n").length;
      assert.throws(() => parseProcess(edited, "p.yaml"), {
        name: "UserError",
        message: `p.yaml:${line}: ${message}`,
      });
    });
  }
});
