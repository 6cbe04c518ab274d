/** States that a suspension lies over. */
export type LastingState = 'invited' | 'active' | 'deactivated';

/** States of users who are visible. */
export type LivingState = LastingState | 'suspended';

/**
 * Where a user stands.
 * - `invited`: has not come yet; takes seats by the setting licensing.invitedTakeSeats
 * - `active`
 * - `suspended`: an administrator keeps the user out, with a reason and perhaps until a day; everything stays but seats
 * - `deactivated`: whoever manages the user says that they are not active
 * - `deletion-scheduled`: invisible, the name is free; everything stays for a restore in the grace period
 * - `deleted`: a tombstone; nothing is left but the id
 */
export type UserState = LivingState | 'deletion-scheduled' | 'deleted';

/** A state, and for a suspension or a scheduled deletion what it lies over. */
export type UserStatus =
  | { readonly state: LastingState | 'deleted' }
  | { readonly state: 'suspended' | 'deletion-scheduled'; readonly before: UserStatus };

export type UserEvent =
  /** `enable`, `disable`: what a connection says of `active`. */
  | 'enable'
  | 'disable'
  /** Somebody who has not come, or is not active, is asked to come; the invited person comes. */
  | 'invite'
  | 'accept'
  /** An administrator decides; `reactivate` is also the end of a suspension. */
  | 'suspend'
  | 'reactivate'
  | 'deactivate'
  | 'delete'
  | 'restore'
  /** The grace period is over. */
  | 'erase';

/** `before` is what the state lies over. What is not named is not possible. */
const TRANSITIONS: Readonly<Record<UserEvent, Readonly<Partial<Record<UserState, UserState | 'before'>>>>> = {
  enable: { invited: 'invited', active: 'active', deactivated: 'active' },
  disable: { invited: 'deactivated', active: 'deactivated', deactivated: 'deactivated' },
  invite: { invited: 'invited', deactivated: 'invited' },
  accept: { invited: 'active' },
  suspend: { invited: 'suspended', active: 'suspended', suspended: 'suspended', deactivated: 'suspended' },
  reactivate: { suspended: 'before', deactivated: 'active' },
  deactivate: { invited: 'deactivated', active: 'deactivated', suspended: 'deactivated' },
  delete: {
    invited: 'deletion-scheduled',
    active: 'deletion-scheduled',
    suspended: 'deletion-scheduled',
    deactivated: 'deletion-scheduled',
  },
  restore: { 'deletion-scheduled': 'before' },
  erase: { 'deletion-scheduled': 'deleted' },
};

/**
 * The status after an event. What a connection says of a suspended user does not lift the suspension, whoever owns the
 * user: it changes what the suspension lies over, so that nobody whom their company has deactivated meanwhile comes
 * back with its end.
 * @returns undefined where the event is not possible
 */
export function nextStatus(status: UserStatus, event: UserEvent): UserStatus | undefined {
  const next = TRANSITIONS[event][status.state];
  if (next === undefined) {
    if (status.state !== 'suspended') return undefined;
    const before = nextStatus(status.before, event);
    return before === undefined ? undefined : { state: 'suspended', before };
  }
  if (next === status.state) return status;
  if (next === 'before') return 'before' in status ? status.before : undefined;
  if (next === 'suspended' || next === 'deletion-scheduled') return { state: next, before: status };
  return { state: next };
}

/** The status after a writer said whether the user is active; undefined: said nothing. */
export function statusAfterWord(status: UserStatus, active: boolean | undefined): UserStatus {
  if (active === undefined) return status;
  // Both are possible for every visible user.
  return nextStatus(status, active ? 'enable' : 'disable') ?? status;
}

/** What clients read as `active`. */
export function showsActive({ state }: UserStatus): boolean {
  return state === 'active' || state === 'invited';
}

/** A visible user's status as it is kept. */
export interface StatusColumns {
  readonly state: LivingState;
  readonly resumesTo: LastingState | null;
}

/** The status of a visible user. */
export function livingStatus({ state, resumesTo }: StatusColumns): UserStatus {
  return state === 'suspended' ? { state, before: { state: resumesTo ?? 'active' } } : { state };
}

export function statusColumns(status: UserStatus): StatusColumns {
  const { state } = status;
  if (state === 'deletion-scheduled' || state === 'deleted') throw new Error(`A visible user is not ${state}`);
  if (state !== 'suspended') return { state, resumesTo: null };
  const beneath = status.before.state;
  if (beneath === 'invited' || beneath === 'active' || beneath === 'deactivated') return { state, resumesTo: beneath };
  throw new Error(`A suspension does not lie over ${beneath}`);
}
