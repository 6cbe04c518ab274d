import type { PushEvent } from '../state/directory.ts';
import type { UserRecord } from '../state/records.ts';

/** A channel through which somebody is told of changes of users. */
export interface Channel {
  readonly id: string;
  readonly resourceId: string;
  readonly resourceUri: string;
  readonly address: string;
  readonly token: string | undefined;
  /** Milliseconds since 1970. */
  readonly expiration: number;
  readonly serviceAccount: string;
  /** Undefined for every event. */
  readonly event: PushEvent | undefined;
  /** Whether the channel is about a user. */
  readonly covers: (user: UserRecord) => boolean;
  messages: number;
}

/** A message that was, or was not, taken. */
export interface Push {
  readonly channelId: string;
  readonly state: 'sync' | PushEvent;
  readonly userId: string | undefined;
  readonly attempts: number;
  /** Of the last attempt; undefined where nobody answered or nothing was sent. */
  readonly status: number | undefined;
  /** Delivered, given up after repetitions, dropped for a status that is not repeated, or lost by a fault. */
  readonly outcome: 'delivered' | 'failed' | 'dropped' | 'lost';
}
