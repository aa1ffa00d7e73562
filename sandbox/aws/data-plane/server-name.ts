import type { Layout } from "../../layout.ts";

/** Shown in the title of every process of a local database. It does not begin as the part "postgres" names its own. */
export function serverName(layout: Layout, id: string): string {
  return `${prefix(layout)}${id}`;
}

/**
 * Whether a command is that of a local database. PostgreSQL overwrites its environment, in which marks are looked for, with
 * its title ("postgres: <name>: ..."); the first process keeps its arguments.
 */
export function isLocalDatabase(command: string, layout: Layout): boolean {
  return (
    command.startsWith(`postgres: ${prefix(layout)}`) ||
    (/(^|\/)postgres -D /.test(command) && command.includes(`cluster_name=${prefix(layout)}`))
  );
}

function prefix(layout: Layout): string {
  return `slipway-rds-${layout.id}-`;
}
