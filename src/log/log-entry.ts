import type { Actor, AttributeChange, ObjectType, Subject } from '../directory/index.js';

export type Outcome = 'success' | 'failure' | 'skipped' | 'waiting';

/** How far a command came: match → scope → decide → apply → licence, each with what was found or done there. */
export interface Step {
  readonly step: 'match' | 'scope' | 'decide' | 'apply' | 'licence';
  readonly result: string;
}

/** One command as the log keeps it. */
export interface NewLogEntry {
  readonly actor: Actor;
  readonly action: string;
  readonly objectType: ObjectType;
  readonly objectId: string | undefined;
  /** Personal: a name or an address. */
  readonly objectName: string | undefined;
  readonly outcome: Outcome;
  readonly steps: readonly Step[];
  readonly changed: readonly AttributeChange[];
  readonly subjects: readonly Subject[];
  readonly error: { readonly code: string; readonly advice: string; readonly details: object } | undefined;
  /** Personal: what else there is to tell of a command that came through. */
  readonly details?: object;
  readonly durationMicroseconds: number;
}
