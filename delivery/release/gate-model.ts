import type {
  Actor,
  Bundle,
  BundledDeployable,
  Debt,
  Decision,
  Deployment,
  Evidence,
  Hold,
  ProcessVersion,
  Promotion,
  Stop,
} from "./model.ts";

/** Everything that the gate may look at. The same facts always get the same answer, and are stored beside it. */
export interface GateFacts {
  readonly now: string;
  /** The process that holds now. */
  readonly process: ProcessVersion;
  readonly promotion: Promotion;
  readonly bundle: Bundle;
  /** What runs in the environment, by deployable; empty before the first deployment. */
  readonly standing: Readonly<Record<string, BundledDeployable>>;
  /** All decisions on this promotion. */
  readonly decisions: readonly Decision[];
  /** The roles that people hold now, by actor; only for those who decided and who asked. */
  readonly roles: Readonly<Record<Actor, readonly string[]>>;
  /** All evidence for the bundle in this environment. */
  readonly evidence: readonly Evidence[];
  /** The bundle's deployments in the environment before this one, newest first. */
  readonly before: readonly Deployment[];
  /** The deployment that runs in this environment now. */
  readonly running?: Deployment;
  /** Reviews owed that are not paid. */
  readonly debts: readonly Debt[];
  readonly stops: readonly Stop[];
  readonly holds: readonly Hold[];
  /** Whether a person asks for it now, or a workflow by itself. */
  readonly startedBy: "person" | "automatic";
  /** For a rollback: the environment's last verified bundle other than the one that stands there, and migrations that could not come back. */
  readonly rollbackTarget?: { readonly bundle?: string; readonly irreversible: readonly string[] };
}

/** One thing that is missing, with what would end it. */
export interface Obstacle {
  readonly kind:
    | "approval"
    | "rejected"
    | "validation"
    | "window"
    | "blackout"
    | "soak"
    | "previous"
    | "debt"
    | "stopped"
    | "held"
    | "running"
    | "scope"
    | "claim"
    | "authority"
    | "target"
    | "irreversible"
    | "process"
    | "closed";
  /** A sentence that says what is missing. */
  readonly what: string;
  /** What somebody can do about it. */
  readonly remedy: string;
  /** The role whose approval is missing. */
  readonly role?: string;
  /** Where one of several roles is enough: all of them, `role` first. */
  readonly anyOf?: readonly string[];
  /** The deployables that ask for it. */
  readonly deployables?: readonly string[];
  /** When time alone ends it. */
  readonly until?: string;
}

/** What the gate says. */
export interface GateAnswer {
  /** `refused`: will never be; a new promotion is needed. `waiting`: not now. */
  readonly verdict: "open" | "waiting" | "refused";
  readonly obstacles: readonly Obstacle[];
  /** Roles that are needed, each with who filled it. */
  readonly approvals: readonly {
    readonly role: string;
    /** Where one of several roles is enough: all of them; `role` is the one that was filled, else the first. */
    readonly anyOf?: readonly string[];
    readonly actor?: Actor;
    readonly deployables: readonly string[];
  }[];
  /** Validations that are needed, each with its evidence. */
  readonly validations: readonly { readonly validation: string; readonly evidence?: Evidence }[];
  /**
   * When it opens next. With nothing but time missing: the earliest moment at which the gate is open, the facts being what they
   * are now. With people or evidence missing too while the calendar is closed: when what time alone ends is over, so that people know
   * by when to be done. Absent when nobody can say.
   */
  readonly opensAt?: string;
  /** What is told and does not stand in the way: that the process wanted it to be done sooner. */
  readonly remarks?: readonly string[];
  /** When the window that is open now closes. */
  readonly closesAt?: string;
}
