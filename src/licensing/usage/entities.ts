import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Application } from '../entities.js';

// What the migration 0011-application-api makes of it, as TypeORM sees it. Fields have a `!` because TypeORM fills them.

/** When a person last used an application, as it said itself. */
@Entity('application_activity')
@ForeignKey(() => Application, ['siteId', 'applicationId'], ['siteId', 'id'], {
  name: 'application_activity_application',
  onDelete: 'CASCADE',
})
export class ApplicationActivity {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'application_activity_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'application_id', primaryKeyConstraintName: 'application_activity_pk' })
  applicationId!: string;
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'application_activity_pk' }) userId!: string;
  @Column({ type: 'timestamptz', name: 'last_active_at', precision: 3 }) lastActiveAt!: Date;
}

/** Unused seats to be taken back together. */
@Entity('reclaim_batches')
@Check('reclaim_batches_state', `state IN ('open', 'applied', 'discarded')`)
@Index('reclaim_batches_application_created', ['siteId', 'applicationId', 'createdAt'])
@ForeignKey(() => Application, ['siteId', 'applicationId'], ['siteId', 'id'], {
  name: 'reclaim_batches_application',
  onDelete: 'CASCADE',
})
export class ReclaimBatchRow {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'reclaim_batches_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'reclaim_batches_pk' }) id!: string;
  @Column('uuid', { name: 'application_id' }) applicationId!: string;
  @Column('text') name!: string;
  @Column('integer') days!: number;
  @Column('text', { default: 'open' }) state!: 'open' | 'applied' | 'discarded';
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt!: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
  @Column('timestamptz', { name: 'decided_at', nullable: true }) decidedAt!: Date | null;
}

/** A person in a batch. */
@Entity('reclaim_items')
@ForeignKey(() => ReclaimBatchRow, ['siteId', 'batchId'], ['siteId', 'id'], {
  name: 'reclaim_items_batch',
  onDelete: 'CASCADE',
})
export class ReclaimItemRow {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'reclaim_items_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'batch_id', primaryKeyConstraintName: 'reclaim_items_pk' }) batchId!: string;
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'reclaim_items_pk' }) userId!: string;
  @Column('jsonb') reviewed!: unknown;
  @Column('text', { nullable: true }) outcome!: string | null;
}

export const usageEntities = [ApplicationActivity, ReclaimBatchRow, ReclaimItemRow];
