import { spawnSync } from "node:child_process";

/* The checker kube-score, and what it says. */

/** What it says of one object. */
export interface Verdict {
  /** `<kind>/<version of the API>/<namespace>/<name>` */
  readonly object_name: string;
  readonly type_meta: { readonly kind: string };
  readonly object_meta: { readonly name: string; readonly namespace: string };
  readonly checks: readonly {
    readonly check: { readonly id: string };
    /** 10 is all well. */
    readonly grade: number;
    readonly skipped: boolean;
    readonly comments: readonly { readonly summary: string }[] | null;
  }[];
}

/** One thing that an object is found fault with. */
interface FoundFault {
  readonly verdict: Verdict;
  readonly check: string;
  readonly says: string;
}

/** Lets it judge manifests by all of its checks, the optional ones too; nothing in the manifests themselves excuses them. */
export function judge(checker: string, files: readonly string[]): Verdict[] {
  const args = ["score", "--output-format", "json", "--kubernetes-version", "v1.36", "--all-default-optional"];
  const strict = ["--disable-ignore-checks-annotations", "--disable-optional-checks-annotations"];
  const { error, stderr, stdout } = spawnSync(checker, [...args, ...strict, ...files], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 ** 2,
  });
  if (error) throw error;
  // It ends with 1 when it has found something, and when it could not look.
  if (!stdout.startsWith("[")) throw new Error(`kube-score: ${stderr || stdout}`);
  return JSON.parse(stdout) as Verdict[];
}

/** Everything that is not all well; of a check that says nothing more, its grade. */
export function findingsOf(verdicts: readonly Verdict[]): FoundFault[] {
  return verdicts.flatMap((verdict) =>
    verdict.checks
      .filter(({ grade, skipped }) => !skipped && grade < 10)
      .flatMap(({ check, comments, grade }) => {
        const said = comments?.length ? comments.map(({ summary }) => summary) : [`grade ${grade}`];
        return said.map((says) => ({ verdict, check: check.id, says }));
      }),
  );
}

/** An object by a name that stays: without the hash of what a Job runs. */
export function nameOf({ object_meta: { name, namespace }, type_meta: { kind } }: Verdict): string {
  return `${namespace}, ${kind} ${name.replace(/-[0-9a-f]{10}$/, "")}`;
}
