import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { DeliveryState, DisabledReason } from './webhook.js';

// What the migrations 0012-webhooks and 0014-seat-history make, as TypeORM sees it. Fields have a `!` because TypeORM
// fills them.
// `synchronize: false` stands at indexes whose predicates are the migration's.

@Entity('webhooks')
@Check('webhooks_state', `state IN ('enabled', 'disabled')`)
@Check('webhooks_disabled_reason', `disabled_reason IN ('operator', 'gone', 'failing')`)
@Check('webhooks_disabled', `(state = 'disabled') = (disabled_reason IS NOT NULL)`)
@Index('webhooks_application', { synchronize: false })
export class WebhookRow {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'webhooks_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhooks_pk' }) id!: string;
  @Column('uuid', { name: 'application_id' }) applicationId!: string;
  @Column({ type: 'text', name: 'application_key', collation: 'C' }) applicationKey!: string;
  @Column('text') url!: string;
  @Column('text', { default: 'enabled' }) state!: 'enabled' | 'disabled';
  @Column('text', { name: 'disabled_reason', nullable: true }) disabledReason!: DisabledReason | null;
  @Column('bytea') secret!: Buffer;
  @Column('bytea', { name: 'previous_secret', nullable: true }) previousSecret!: Buffer | null;
  @Column('timestamptz', { name: 'previous_secret_until', nullable: true }) previousSecretUntil!: Date | null;
  @Column('integer', { default: 0 }) failures!: number;
  @Column('timestamptz', { name: 'failing_since', nullable: true }) failingSince!: Date | null;
  @Column('timestamptz', { name: 'paused_until', nullable: true }) pausedUntil!: Date | null;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt!: Date;
}

/** An event for a webhook: the outbox, and the record of what became of it. */
@Entity('webhook_deliveries')
@Check('webhook_deliveries_state', `state IN ('pending', 'delivered', 'failed')`)
@Index('webhook_deliveries_due', { synchronize: false })
@Index('webhook_deliveries_order', { synchronize: false })
@Index('webhook_deliveries_leased', { synchronize: false })
@Index('webhook_deliveries_finished', { synchronize: false })
@Index('webhook_deliveries_user', { synchronize: false })
export class WebhookDelivery {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'webhook_deliveries_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'webhook_id', primaryKeyConstraintName: 'webhook_deliveries_pk' }) webhookId!: string;
  @PrimaryColumn('uuid', { default: () => 'uuidv7()', primaryKeyConstraintName: 'webhook_deliveries_pk' }) id!: string;
  @Column({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) sequence!: number;
  @Column('text') type!: string;
  @Column('timestamptz', { name: 'occurred_at', default: () => 'clock_timestamp()' }) occurredAt!: Date;
  @Column('uuid', { name: 'user_id', nullable: true }) userId!: string | null;
  @Column('text', { name: 'user_name', nullable: true }) userName!: string | null;
  @Column('text', { name: 'role_before', nullable: true }) roleBefore!: string | null;
  @Column('text', { name: 'role_after', nullable: true }) roleAfter!: string | null;
  @Column('text', { nullable: true }) reason!: string | null;
  @Column('text', { nullable: true }) action!: string | null;
  @Column('text', { default: 'pending' }) state!: DeliveryState;
  @Column('integer', { default: 0 }) attempts!: number;
  @Column('timestamptz', { name: 'next_attempt_at', default: () => 'now()' }) nextAttemptAt!: Date;
  @Column('timestamptz', { name: 'trying_since', default: () => 'now()' }) tryingSince!: Date;
  @Column('uuid', { nullable: true }) lease!: string | null;
  @Column('timestamptz', { name: 'leased_until', nullable: true }) leasedUntil!: Date | null;
  @Column('timestamptz', { name: 'last_attempt_at', nullable: true }) lastAttemptAt!: Date | null;
  @Column('integer', { name: 'last_status', nullable: true }) lastStatus!: number | null;
  @Column('text', { name: 'last_error', nullable: true }) lastError!: string | null;
  @Column('timestamptz', { name: 'finished_at', nullable: true }) finishedAt!: Date | null;
}

export const webhookEntities = [WebhookRow, WebhookDelivery];
