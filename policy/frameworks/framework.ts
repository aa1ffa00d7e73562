/**
 * Who can show that a control holds. `technical`: the configuration of infrastructure can. `process`: records of releases and
 * reviews can (./slipway evidence). `organization`: people and papers outside this project. `provider`: AWS, under the shared
 * responsibility model.
 */
export type Responsible = "technical" | "process" | "organization" | "provider";

/** One requirement of a framework. */
export interface Control {
  /** What it asks for, in our words: the standards' own texts are protected. */
  readonly title: string;
  readonly responsible: Responsible;
}

/** A published set of controls, as far as it bears on what this project builds. */
export interface Framework {
  readonly name: string;
  /** Edition, as auditors cite it. */
  readonly version: string;
  /** Where the publisher has it. */
  readonly reference: string;
  /** By the publisher's own numbering. */
  readonly controls: Readonly<Record<string, Control>>;
}
