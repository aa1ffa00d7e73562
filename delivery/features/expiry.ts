/** A pull request's environment, as far as its end is concerned. */
export interface Lease {
  readonly stack: string;
  /** When it was last brought up; undefined for one that never was. */
  readonly lastUpdate: Date | undefined;
  /** How many hours it may stand idle. */
  readonly timeToLiveHours: number;
  /** Somebody works on it right now. */
  readonly updateInProgress: boolean;
  /** Its destruction was begun and did not come to its end. */
  readonly halfDestroyed: boolean;
}

/** What is to become of it. */
export interface Fate {
  readonly stack: string;
  /** `over`: its time is over. `busy`: it would be, but somebody works on it. */
  readonly state: "alive" | "busy" | "over";
  /** When its time is over; undefined for one that was never brought up and holds nothing. */
  readonly expires: Date | undefined;
}

const hour = 3_600_000;

/**
 * Which environments are to go: those that nobody has brought up for longer than their time to live. Each `up` begins the
 * time anew. One whose destruction failed half-way is to go as well, whenever that was.
 */
export function planSweep(leases: readonly Lease[], now: Date): Fate[] {
  return leases.map(({ stack, halfDestroyed, lastUpdate, timeToLiveHours, updateInProgress }) => {
    if (lastUpdate === undefined) return { stack, state: "alive", expires: undefined };
    const expires = new Date(lastUpdate.getTime() + timeToLiveHours * hour);
    const over = halfDestroyed || expires.getTime() <= now.getTime();
    return { stack, state: over ? (updateInProgress ? "busy" : "over") : "alive", expires };
  });
}

/** A span of time in words of one unit: "40 min", "7 h", "3 d". */
export function span(milliseconds: number): string {
  const hours = milliseconds / hour;
  if (hours < 1) return `${Math.floor(hours * 60)} min`;
  return hours < 48 ? `${Math.floor(hours)} h` : `${Math.floor(hours / 24)} d`;
}
