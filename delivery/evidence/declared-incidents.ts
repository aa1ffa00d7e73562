import type { Incident, Promotion } from "../release/model.ts";
import type { Incident as Emergency } from "../release/store/incidents.ts";

/**
 * The emergencies that the release database knows, as incidents: each happened where its fix went. One whose promotion is not
 * there (yet) counts for the environment that emergencies are about, the last one.
 */
export function declaredIncidents(
  emergencies: readonly Emergency[],
  promotions: readonly Pick<Promotion, "id" | "environment">[],
  lastEnvironment: string,
): Incident[] {
  return emergencies.map(({ declaredAt, incident, promotion, reason, resolved }) => ({
    id: incident,
    environment: promotions.find(({ id }) => id === promotion)?.environment ?? lastEnvironment,
    title: reason,
    startedAt: declaredAt,
    ...(resolved === undefined ? {} : { endedAt: resolved.at }),
  }));
}
