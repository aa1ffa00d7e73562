import { changedInputs, type DynamicImplementation, gone } from "../dynamic-provider.ts";
import { UserError } from "../errors.ts";
import { generateSecret, inspectSecret } from "./secrets.ts";

/** The inputs of the dynamic resource `GeneratedSecret`; `components/application-secrets.ts` makes them. */
export interface GeneratedSecretInputs {
  readonly version: number;
  readonly implementation: string;
  /** The secret that shall have a value. */
  readonly arn: string;
  /** How many letters and digits a new value has. */
  readonly length: number;
}

/** What the state holds: where the value lies, never the value. */
interface GeneratedSecretOutputs extends GeneratedSecretInputs {
  /** The version that was in force when it was last looked at. */
  readonly versionId: string;
}

type Implementation = DynamicImplementation<GeneratedSecretInputs, GeneratedSecretOutputs>;

/** Another secret needs a value of its own. Another length is for the next value; one that is in use is never changed. */
export const diff: Implementation["diff"] = async (_id, olds, news) => {
  const changed = changedInputs(olds, news, ["version", "implementation", "arn", "length"]);
  return { changes: changed.length > 0, replaces: changed.includes("arn") ? ["arn"] : [] };
};

/** Idempotent: a secret that has a value, from a run that was killed or by somebody's hand, keeps it. */
export const create: Implementation["create"] = async (inputs) => ({ id: inputs.arn, outs: await ensureValue(inputs) });

/** A value that somebody rotated is still a value; only a vanished one is missing, and the next `up` makes another. */
export const read: Implementation["read"] = async (id, props) => {
  const state = await inspectSecret(props.arn);
  if (state === "missing" || state === "empty") return gone;
  const { versionId: _, ...inputs } = props;
  return { id, props: { ...inputs, versionId: state.versionId }, inputs };
};

export const update: Implementation["update"] = async (_id, _olds, news) => ({ outs: await ensureValue(news) });

/** A value goes with its secret and cannot go without it. */
const remove: Implementation["delete"] = async () => {};

export { remove as delete };

async function ensureValue(inputs: GeneratedSecretInputs): Promise<GeneratedSecretOutputs> {
  const state = await inspectSecret(inputs.arn);
  if (state === "missing") {
    throw new UserError(
      `The secret ${inputs.arn} does not exist, or waits for its deletion.\n` +
        "  Run ./slipway up with --refresh, which makes it again, or restore it: aws secretsmanager restore-secret.",
    );
  }
  return {
    ...inputs,
    versionId: state === "empty" ? await generateSecret(inputs.arn, inputs.length) : state.versionId,
  };
}
