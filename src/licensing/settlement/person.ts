/** A role that a person's groups and grants give them, and the pool whose seat it would take. */
export interface Candidate {
  readonly roleId: string;
  /** 1 is the highest. */
  readonly rank: number;
  /** Undefined when the role takes no seat or no licence covers it. */
  readonly licenceId: string | undefined;
}

/** What a person has in an application. */
export interface Holding {
  readonly roleId: string;
  readonly licenceId: string | undefined;
}

/** Milliseconds of the first waiting time, then the order within it. */
export interface QueuePosition {
  readonly since: number;
  readonly sequence: number;
}

/** A place in the queue of a pool. */
export interface Place extends QueuePosition {
  readonly roleId: string;
  readonly licenceId: string;
}

/** One person in one application: what they should have, what they have, what they wait for. */
export interface Person {
  readonly userId: string;
  readonly applicationId: string;
  /** Only active people hold anything; others keep their places in the queue. */
  readonly eligible: boolean;
  /** Highest first. */
  readonly candidates: readonly Candidate[];
  readonly held: Holding | undefined;
  /** Took no seat for what they hold and takes one from now on: has to get it like anybody who is new. */
  readonly asksForSeat?: boolean;
  readonly places: readonly Place[];
}

/** A licence with a limit, as it stands under its row lock. */
export interface Pool {
  readonly licenceId: string;
  readonly name: string;
  readonly seats: number;
  /** Its time is over: it has no seat to give, and `seats` is 0. */
  readonly ended?: boolean;
  readonly used: number;
  readonly policy: 'wait' | 'refuse' | 'allow';
  /** Where the part of its queue that was read ends; undefined when that is all of it. */
  readonly readUntil?: QueuePosition | undefined;
}
