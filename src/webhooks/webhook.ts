/** `operator`: by command; `gone`: it answered 410; `failing`: nothing came through for too long. */
export type DisabledReason = 'operator' | 'gone' | 'failing';

export type DeliveryState = 'pending' | 'delivered' | 'failed';

/** An address of an application that is told of access. Its secret is shown once and never again. */
export interface Webhook {
  readonly id: string;
  /** The application's key. */
  readonly application: string;
  readonly url: string;
  readonly state: 'enabled' | 'disabled';
  readonly disabledReason: DisabledReason | null;
  /** Until then events are signed with the secret before as well; null where there is none. */
  readonly previousSecretUntil: Date | null;
  /** When the first of the attempts failed since which none has come through; null where the last one did. */
  readonly failingSince: Date | null;
  readonly pausedUntil: Date | null;
  readonly createdAt: Date;
  readonly pending: number;
  readonly failed: number;
}

/** How webhooks are sent; config/default.yaml says what each setting means. */
export interface WebhookSettings {
  readonly perApplication: number;
  readonly timeoutMilliseconds: number;
  readonly answerBytes: number;
  readonly concurrency: number;
  readonly endpointConcurrency: number;
  readonly retryFirstMilliseconds: number;
  readonly retryLongestSeconds: number;
  readonly retryHours: number;
  readonly disableAfterDays: number;
  readonly rotationHours: number;
  readonly retentionDays: number;
  readonly failedRetentionDays: number;
  readonly allowHttpLoopback: boolean;
  readonly allowedAddresses: readonly string[];
}
