/** A commit, as far as a changelog is concerned. */
export interface ChangelogCommit {
  readonly sha: string;
  /** The first line of its message. */
  readonly subject: string;
  readonly author: string;
  /** The deployables whose paths it touches. */
  readonly deployables: readonly string[];
}

/** Headings by type of https://www.conventionalcommits.org, in the order in which readers look for them. */
const headings = {
  feat: "Features",
  fix: "Fixes",
  perf: "Performance",
  security: "Security",
  revert: "Reverts",
  refactor: "Under the hood",
  docs: "Documentation",
  test: "Tests",
  build: "Build",
  ci: "Build",
  chore: "Upkeep",
  style: "Upkeep",
} as const;
const breaking = "Breaking changes";
const plain = "Changes";
const headingOrder: readonly string[] = [...new Set([breaking, "Security", plain, ...Object.values(headings)])];

/**
 * What changed, in Markdown: a section for each deployable, sorted, what touches none last; in it the changes by type
 * ("feat(api)!: ..." is understood, anything else is a plain change), each in the order given. A commit that touches several
 * deployables is told in each. Text of commits can neither format, link nor mention anybody. Empty for no commits.
 */
export function changelog(commits: readonly ChangelogCommit[]): string {
  const deployables = [...new Set(commits.flatMap((commit) => commit.deployables))].sort();
  const sections = deployables.map((key) =>
    section(
      key,
      commits.filter((commit) => commit.deployables.includes(key)),
    ),
  );
  const elsewhere = commits.filter((commit) => commit.deployables.length === 0);
  return [...sections, ...(elsewhere.length > 0 ? [section("Elsewhere", elsewhere)] : [])].join("\n");
}

function section(title: string, commits: readonly ChangelogCommit[]): string {
  const told = commits.map((commit) => ({ commit, ...understand(oneLine(commit.subject)) }));
  const groups = headingOrder
    .map((heading) => ({ heading, lines: told.filter((one) => one.heading === heading).map(line) }))
    .filter(({ lines }) => lines.length > 0);
  return [
    `## ${literally(title)}`,
    ...groups.flatMap(({ heading, lines }) => ["", `### ${heading}`, "", ...lines]),
    "",
  ].join("\n");
}

interface Understood {
  readonly heading: string;
  readonly scope?: string | undefined;
  readonly text: string;
}

function understand(subject: string): Understood {
  const match = /^([a-z]+)(?:\(([^()]+)\))?(!)?: +(\S.*)$/i.exec(subject);
  const [, type = "", scope, mark, text = ""] = match ?? [];
  const key = type.toLowerCase();
  if (match === null || !isType(key)) return { heading: plain, text: subject };
  return { heading: mark === undefined ? headings[key] : breaking, scope, text };
}

function isType(key: string): key is keyof typeof headings {
  return Object.hasOwn(headings, key);
}

function line({ commit, scope, text }: Understood & { readonly commit: ChangelogCommit }): string {
  const prefix = scope === undefined ? "" : `**${literally(scope)}:** `;
  const origin = [commit.sha.slice(0, 7), oneLine(commit.author)].filter((part) => part !== "").map(literally);
  return `- ${prefix}${literally(text)} (${origin.join(", ")})`;
}

/** Control characters and those that turn the direction of writing could make a line look like another. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Z}]+/gu, " ").trim();
}

/** What a sign is written as so that it means nothing. Mentions and references are found in the finished text: a zero-width space ends them. */
const written: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "@": "@&#8203;",
  "#": "#&#8203;",
};

/** Text that shows as it is wherever Markdown is read, and neither formats, links nor calls anybody. */
function literally(text: string): string {
  return text
    .replace(/[&<>@#]|[\\`*_{}[\]()|~!]|(?<=https?|ftp):|(?<=www)\.|(?<=\bGH)-(?=\d)/gi, (sign) => {
      if (/[:.-]/.test(sign)) return `&#8203;${sign}`;
      return written[sign] ?? `\\${sign}`;
    })
    .replace(/^[-+=]/, "\\$&")
    .replace(/^(\d+)\./, "$1\\.");
}
