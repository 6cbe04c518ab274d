/** What an event says, as the outbox keeps it. */
export interface Event {
  readonly type: string;
  readonly sequence: number;
  readonly occurredAt: Date;
  /** The application's key. */
  readonly application: string;
  readonly userId: string | null;
  readonly userName: string | null;
  readonly roleBefore: string | null;
  readonly roleAfter: string | null;
  readonly reason: string | null;
  readonly action: string | null;
}

/** The body of an event, the same text at every attempt. docs/webhooks.md describes it. */
export function payloadOf(event: Event): string {
  const { type, sequence, occurredAt, application, userId, userName, roleBefore, roleAfter, reason, action } = event;
  const about = userId === null ? {} : { userId, userName, roleBefore, roleAfter, reason, action };
  return JSON.stringify({ type, timestamp: occurredAt.toISOString(), data: { application, sequence, ...about } });
}
