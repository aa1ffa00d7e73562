import { isMissingDatabase, withConnection } from "../../database/connection.ts";
import { status } from "../../database/migrator.ts";
import { assertAsPlanned, refuseChangedFiles } from "../../database/planned-migrations.ts";
import { type SecretReference, sameDatabase } from "../../database/reference.ts";
import { changedInputs, type DynamicImplementation, gone } from "../../dynamic-provider.ts";
import { makeManagedStore, storeMigrations } from "./make.ts";

/** The inputs of the dynamic resource `ReleaseStore`; `components/delivery-store.ts` makes them. */
export interface StoreInputs {
  readonly version: number;
  readonly implementation: string;
  /** The release database, as the server's master user. */
  readonly database: SecretReference;
  /** Checksum by name. After a refresh: what the database has. */
  readonly migrations: Readonly<Record<string, string>>;
  /** The login of each group. After a refresh: those that are there and in their group. */
  readonly members: Parameters<typeof makeManagedStore>[1];
}

export interface StoreOutputs extends StoreInputs {
  /** The names of what is applied, in order. */
  readonly applied: readonly string[];
}

type Implementation = DynamicImplementation<StoreInputs, StoreOutputs>;

const folder = "delivery/release/store/migrations";

/** Refuses an applied file that was changed. */
export const check: NonNullable<Implementation["check"]> = async (olds, news) => {
  refuseChangedFiles(olds, news, folder);
  return { inputs: news, failures: [] };
};

export const diff: Implementation["diff"] = async (_id, olds, news) => {
  const changed = changedInputs(olds, news, ["version", "implementation", "database", "migrations", "members"]);
  return { changes: changed.length > 0, replaces: sameDatabase(olds.database, news.database) ? [] : ["database"] };
};

export const create: Implementation["create"] = async (inputs) => ({
  id: `release store in ${inputs.database.database}`,
  outs: await make(inputs),
});

export const read: Implementation["read"] = async (id, { applied: _, ...props }) => {
  try {
    const { applied } = await status(props.database, storeMigrations());
    const inputs = {
      ...props,
      migrations: Object.fromEntries(applied.map(({ name, checksum }) => [name, checksum])),
      members: await presentMembers(props),
    };
    return { id, props: { ...inputs, applied: applied.map(({ name }) => name) }, inputs };
  } catch (error) {
    if (isMissingDatabase(error)) return gone;
    throw error;
  }
};

export const update: Implementation["update"] = async (_id, _olds, news) => ({ outs: await make(news) });

/** Leaves all there is: what is recorded is evidence, and goes with its server or not at all. */
const remove: Implementation["delete"] = async () => {};

export { remove as delete };

async function make(inputs: StoreInputs): Promise<StoreOutputs> {
  const migrations = storeMigrations();
  assertAsPlanned(inputs.migrations, migrations, folder);
  await makeManagedStore(inputs.database, inputs.members);
  const { applied } = await status(inputs.database, migrations);
  return { ...inputs, applied: applied.map(({ name }) => name) };
}

/** Of the logins those that are there and have their group's rights; the others are "", and the next update mends them. */
async function presentMembers({ database, members }: StoreInputs): Promise<StoreInputs["members"]> {
  return withConnection(database, { applicationName: "slipway release database, read" }, async (client) => {
    const isMember = async (login: string, group: string) => {
      const { rowCount } = await client.query(
        `SELECT FROM pg_auth_members m JOIN pg_roles login ON login.oid = m.member JOIN pg_roles role ON role.oid = m.roleid
         WHERE login.rolname = $1 AND role.rolname = $2 AND m.inherit_option`,
        [login, group],
      );
      return (rowCount ?? 0) > 0 ? login : "";
    };
    return {
      slipway_release: await isMember(members.slipway_release, "slipway_release"),
      slipway_release_reader: await isMember(members.slipway_release_reader, "slipway_release_reader"),
    };
  });
}
