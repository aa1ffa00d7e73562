import { readFileSync } from "node:fs";
import { readSettings } from "../../infra/stack-file.ts";
import { type Exemptions, ExemptionsError, exemptionsFile, readExemptions } from "../../policy/exemptions.ts";
import { judge } from "../../policy/judge.ts";
import { packFor } from "../../policy/packs.ts";
import { planReport, type Report } from "../../policy/report/model.ts";
import { rules } from "../../policy/rules.ts";
import { selectionOf } from "../../policy/selections.ts";
import { type Judged, readJudged } from "../../policy/state.ts";
import { checkoutRoot } from "../../sandbox/paths.ts";
import { UsageError, UserError } from "../errors.ts";
import { requireCloudAccess } from "./engine/cloud.ts";
import { runQuietly } from "./engine/run.ts";
import { requireStack } from "./engine/stacks.ts";
import { makeReady } from "./ready.ts";

/** What is to be judged, and by what. */
export interface JudgementRequest {
  /** For messages: "policy check". */
  readonly command: string;
  /** A stack that is up. */
  readonly stack?: string | undefined;
  /** A file instead: an exported state, or what `pulumi preview --json` prints; `-` is standard input. */
  readonly file?: string | undefined;
  readonly pack: string;
  readonly sandbox: boolean;
  readonly quiet: boolean;
  /** Slipway's version. */
  readonly version: string;
}

/**
 * Judges a stack's state or a file.
 *
 * @throws UsageError when neither or both are named, UserError when it cannot be read or the exemptions are not valid
 */
export async function judgeRequested(request: JudgementRequest, now = new Date()): Promise<Report> {
  const { command, file, pack, version } = request;
  if ((request.stack === undefined) === (file === undefined))
    throw new UsageError(
      `"${command}" judges a stack or a file.\n  Write: ./slipway ${command} --stack prod, or --file <exported state or preview>.`,
    );
  const judged = file === undefined ? await judgedStack(request) : judgedFile(file);
  const stack = judged.stack ?? request.stack;
  if (stack === undefined) throw new UserError(`${file} holds no resource.\n  Name the export of a stack that is up.`);
  const exemptions = exemptionsOn(now.toISOString().slice(0, 10));
  const selection = selectionOf(pack);
  const selected = packFor(stack, selection);
  const judgements = judge(selected, judged.population, exemptions);
  const resources = judged.population.inputs.length;
  const { digest, kind } = judged;
  const judgedAt = now.toISOString();
  return planReport({
    ...{ stack, kind, digest, resources, judgedAt, pack, version, selected, judgements, exemptions },
    about: selection.frameworks,
  });
}

function exemptionsOn(today: string): Exemptions {
  try {
    return readExemptions(
      exemptionsFile,
      today,
      rules.map(({ name }) => name),
    );
  } catch (error) {
    if (!(error instanceof ExemptionsError)) throw error;
    throw new UserError(`policy/${error.message}`, { cause: error });
  }
}

function judgedFile(file: string): Judged {
  const name = file === "-" ? "Standard input" : file;
  try {
    return readJudged(readFileSync(file === "-" ? 0 : file, "utf8"));
  } catch (error) {
    throw new UserError(
      `${name} cannot be judged: ${error instanceof Error ? error.message : String(error)}.\n  Give what \`pulumi stack export\` or \`pulumi preview --json\` prints.`,
      { cause: error },
    );
  }
}

/** The digest is that of the export as anybody may read it; secrets are read for the judgement alone and never leave this process. */
async function judgedStack({ command, quiet, sandbox, stack: name }: JudgementRequest): Promise<Judged> {
  const stack = requireStack(checkoutRoot, command, name);
  const { aws, platform } = readSettings(checkoutRoot, stack);
  if (!sandbox) requireCloudAccess(platform);
  const { env } = await makeReady({ root: checkoutRoot, sandbox, platform, account: aws?.accountId, quiet });
  const read = async (...more: string[]) => {
    const args = ["stack", "export", "--stack", stack, ...more];
    const { code, stderr, stdout } = await runQuietly("pulumi", args, { cwd: checkoutRoot, env });
    if (code === 0) return stdout;
    throw new UserError(
      /no stack named/.test(stderr)
        ? `The stack ${stack} does not exist yet.\n  ./slipway up ${stack} builds it; a change that is not built yet is judged by ./slipway preview ${stack}.`
        : `The state of ${stack} could not be read: ${stderr.trim()}`,
    );
  };
  const [shown, whole] = [await read(), await read("--show-secrets")];
  const judged = { ...readJudged(whole), digest: readJudged(shown).digest };
  if (judged.stack === undefined)
    throw new UserError(`The stack ${stack} has no resources.\n  ./slipway up ${stack} builds them.`);
  return judged;
}
