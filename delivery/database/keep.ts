/**
 * Whether `./slipway destroy --keep-database` was said: what lies in the database then stays, whatever the settings say.
 * It comes by the environment, since a destroy runs with the inputs of the last `up`.
 */
export function keepsDatabase(env: NodeJS.ProcessEnv = process.env): boolean {
  return env.SLIPWAY_KEEP_DATABASE === "1";
}
