import type { SeatForecast } from '../../licensing/index.js';
import type { PlanCount, Removals } from '../plan/index.js';

/** `plan`: a dry run; `refresh`: single objects that a hint named. */
export type RunKind = 'sync' | 'plan' | 'refresh';
export type StartedBy = 'schedule' | 'operator' | 'hint';

/** What is at work; the others wait or are over. */
export type WorkingState = 'walking' | 'planning' | 'applying';
export type RunState =
  | 'queued'
  | WorkingState
  | 'awaiting-approval'
  | 'completed'
  | 'failed'
  | 'cancelled'
  | 'rejected'
  | 'expired'
  | 'superseded';

/** What can be seen of a run while it works. */
export interface RunProgress {
  readonly users?: number;
  readonly deletedUsers?: number;
  readonly groups?: number;
  readonly selectedGroups?: number;
  /** Groups whose members were read. */
  readonly groupsRead?: number;
  readonly members?: number;
  /** Of a refresh: users, groups and lists that may have changed. */
  readonly hints?: number;
  readonly requests?: number;
  readonly retries?: number;
  readonly bytes?: number;
  readonly waitedMilliseconds?: number;
  /** Items of the plan that are done, and how many there are. */
  readonly applied?: number;
  readonly planned?: number;
  /** The same of the last complete run: what to expect. */
  readonly expected?: Readonly<Record<'users' | 'groups' | 'members' | 'requests', number>>;
}

/** What a plan does, and what came of it. */
export interface RunSummary {
  readonly counts?: readonly PlanCount[];
  readonly licences?: readonly SeatForecast[];
  readonly removals?: readonly Removals[];
  readonly conflicts?: number;
  /** Items by what became of them. */
  readonly outcome?: Readonly<Record<string, number>>;
  /** The run whose approval decides about the same removals. */
  readonly waitsIn?: string;
}

export interface Run {
  readonly siteId: number;
  readonly connectionId: string;
  readonly id: string;
  readonly kind: RunKind;
  readonly startedBy: StartedBy;
  readonly state: RunState;
  readonly requestedAt: Date;
  readonly startedAt: Date | null;
  readonly walkStartedAt: Date | null;
  readonly walkFinishedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly progress: RunProgress;
  readonly summary: RunSummary;
  readonly warnings: number;
  readonly planHash: string | null;
  readonly approvalExpiresAt: Date | null;
  readonly decidedAt: Date | null;
  readonly decidedBy: string | null;
  readonly error: { readonly code: string; readonly text: string } | null;
}

export function isAtWork(state: RunState): state is WorkingState {
  return state === 'walking' || state === 'planning' || state === 'applying';
}

/** Whether nothing will happen to it any more by itself. */
export function isOver(state: RunState): boolean {
  return state !== 'queued' && !isAtWork(state);
}
