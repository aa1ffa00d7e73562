import type { DeploymentKind } from "../process/schema-calendar.ts";
import type { Obstacle } from "./gate-model.ts";

/** A seat that one person has to fill; nobody fills two of a promotion. */
export interface Seat {
  /** Any one of these roles will do; most seats have one. */
  readonly roles: readonly [string, ...string[]];
  /** The deployables that ask for it, sorted. */
  readonly deployables: readonly string[];
}

/** What one way to production asks for: there is the normal one, the one for emergencies, and the one back. */
export interface GatePath {
  readonly seats: readonly Seat[];
  /** Whether who asks may fill a seat too, by having asked: the power of whoever is on call. */
  readonly alone: boolean;
  readonly validations: readonly string[];
  /** As which kind the calendar sees it; absent where no calendar holds. */
  readonly calendar?: DeploymentKind;
  /** Whether no window limits what changes, only blackouts. */
  readonly anyHour: boolean;
  /** Whether the bundle has to stand verified in the environment before, and for how long. */
  readonly previous: boolean;
  /** Whether a review that is overdue closes it. */
  readonly debts: boolean;
  /** Whether a stopped line closes it, and a hold what starts by itself. */
  readonly stoppable: boolean;
  /** What is wrong with the promotion itself. */
  readonly obstacles: readonly Obstacle[];
}
