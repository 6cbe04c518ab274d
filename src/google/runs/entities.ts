import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ItemState } from '../apply/index.js';
import type { RunKind, RunProgress, RunState, RunSummary, StartedBy } from './run.js';

// What the migration 0016-google-runs makes and keeps, as TypeORM sees it. Fields have a `!` because TypeORM fills
// them. The rows of a walk are of no use once its run is over, and are read and written in sets alone.

@Entity('google_runs')
@Check('google_runs_kind', `kind IN ('sync', 'plan', 'refresh')`)
@Check('google_runs_started_by', `started_by IN ('schedule', 'operator', 'hint')`)
@Check(
  'google_runs_state',
  `state IN ('queued', 'walking', 'planning', 'applying', 'awaiting-approval',
      'completed', 'failed', 'cancelled', 'rejected', 'expired', 'superseded')`,
)
@Index('google_runs_at_work', { synchronize: false })
@Index('google_runs_unfinished', { synchronize: false })
@Index('google_runs_waiting', { synchronize: false })
export class GoogleRun {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'google_runs_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'connection_id', primaryKeyConstraintName: 'google_runs_pk' }) connectionId!: string;
  @PrimaryColumn('uuid', { default: () => 'uuidv7()', primaryKeyConstraintName: 'google_runs_pk' }) id!: string;
  @Column('text') kind!: RunKind;
  @Column('text', { name: 'started_by' }) startedBy!: StartedBy;
  @Column('text', { default: 'queued' }) state!: RunState;
  @Column('timestamptz', { name: 'requested_at', default: () => 'now()' }) requestedAt!: Date;
  @Column('timestamptz', { name: 'started_at', nullable: true }) startedAt!: Date | null;
  @Column('timestamptz', { name: 'walk_started_at', nullable: true }) walkStartedAt!: Date | null;
  @Column('timestamptz', { name: 'walk_finished_at', nullable: true }) walkFinishedAt!: Date | null;
  @Column('timestamptz', { name: 'finished_at', nullable: true }) finishedAt!: Date | null;
  @Column('timestamptz', { name: 'alive_at', nullable: true }) aliveAt!: Date | null;
  @Column('timestamptz', { name: 'cancel_requested_at', nullable: true }) cancelRequestedAt!: Date | null;
  @Column('jsonb', { default: {} }) progress!: RunProgress;
  @Column('jsonb', { default: {} }) summary!: RunSummary;
  @Column('integer', { default: 0 }) warnings!: number;
  @Column({ type: 'text', name: 'plan_hash', collation: 'C', nullable: true }) planHash!: string | null;
  @Column('timestamptz', { name: 'approval_expires_at', nullable: true }) approvalExpiresAt!: Date | null;
  @Column('timestamptz', { name: 'decided_at', nullable: true }) decidedAt!: Date | null;
  @Column('text', { name: 'decided_by', nullable: true }) decidedBy!: string | null;
  @Column('timestamptz', { name: 'absences_counted_at', nullable: true }) absencesCountedAt!: Date | null;
  @Column('text', { name: 'error_code', nullable: true }) errorCode!: string | null;
  @Column('text', { name: 'error_text', nullable: true }) errorText!: string | null;
}

@Entity('google_plan_items')
@Check('google_plan_items_kind', `kind IN ('user', 'group', 'members')`)
@Check(
  'google_plan_items_state',
  `state IN ('planned', 'held', 'applied', 'outdated', 'failed',
      'no-licence', 'skipped', 'dropped')`,
)
@Index('google_plan_items_due', ['siteId', 'runId', 'state', 'phase', 'sequence'])
@Index('google_plan_items_object', ['siteId', 'objectId'])
export class GooglePlanItem {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'google_plan_items_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'run_id', primaryKeyConstraintName: 'google_plan_items_pk' }) runId!: string;
  @PrimaryColumn({
    type: 'bigint',
    generated: 'identity',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'google_plan_items_pk',
  })
  sequence!: string;
  @Column('integer') phase!: number;
  @Column('text') kind!: 'user' | 'group' | 'members';
  @Column('text') action!: string;
  @Column({ type: 'text', name: 'google_id', collation: 'C', nullable: true }) googleId!: string | null;
  @Column('uuid', { name: 'object_id', nullable: true }) objectId!: string | null;
  @Column('text', { name: 'object_name', nullable: true }) objectName!: string | null;
  @Column('text') reason!: string;
  @Column('boolean', { default: false }) removal!: boolean;
  @Column('text', { default: 'planned' }) state!: ItemState;
  @Column('jsonb', { default: {} }) data!: Readonly<Record<string, unknown>>;
  @Column('text', { name: 'error_code', nullable: true }) errorCode!: string | null;
  @Column('text', { name: 'error_text', nullable: true }) errorText!: string | null;
}

@Entity('google_applied')
export class GoogleApplied {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'google_applied_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'connection_id', primaryKeyConstraintName: 'google_applied_pk' })
  connectionId!: string;
  @PrimaryColumn('uuid', { name: 'object_id', primaryKeyConstraintName: 'google_applied_pk' }) objectId!: string;
  @Column({ type: 'text', collation: 'C' }) hash!: string;
  @Column('bigint') version!: string;
}

@Entity('google_absences')
@Check('google_absences_kind', `kind IN ('user', 'group', 'member', 'nesting')`)
@Check('google_absences_reason', `reason IN ('absent', 'unselected', 'deleted')`)
export class GoogleAbsence {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'google_absences_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'connection_id', primaryKeyConstraintName: 'google_absences_pk' })
  connectionId!: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'google_absences_pk' }) kind!: string;
  @PrimaryColumn('uuid', { name: 'object_id', primaryKeyConstraintName: 'google_absences_pk' }) objectId!: string;
  @PrimaryColumn('uuid', { name: 'member_id', primaryKeyConstraintName: 'google_absences_pk' }) memberId!: string;
  @Column('text') reason!: string;
  @Column('timestamptz') since!: Date;
  @Column('integer') runs!: number;
  @Column('timestamptz', { name: 'removed_at', nullable: true }) removedAt!: Date | null;
}

@Entity('google_conflicts')
@Check('google_conflicts_object_type', `object_type IN ('User', 'Group')`)
@Check(
  'google_conflicts_reason',
  `reason IN ('name-taken', 'several-candidates', 'other-owner',
      'unverified-domain', 'manual', 'deleted-here', 'two-for-one')`,
)
@Check('google_conflicts_choice', `choice IN ('link', 'take-over', 'ignore', 'rename')`)
export class GoogleConflictRow {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'google_conflicts_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'connection_id', primaryKeyConstraintName: 'google_conflicts_pk' })
  connectionId!: string;
  @PrimaryColumn('text', { name: 'object_type', primaryKeyConstraintName: 'google_conflicts_pk' })
  objectType!: 'User' | 'Group';
  @PrimaryColumn({
    type: 'text',
    name: 'google_id',
    collation: 'C',
    primaryKeyConstraintName: 'google_conflicts_pk',
  })
  googleId!: string;
  @Column('text') reason!: string;
  @Column('text') name!: string;
  @Column('uuid', { array: true }) candidates!: string[];
  @Column('timestamptz', { name: 'found_at', default: () => 'now()' }) foundAt!: Date;
  @Column('uuid', { name: 'last_run_id' }) lastRunId!: string;
  @Column('text', { nullable: true }) choice!: string | null;
  @Column('uuid', { name: 'chosen_object_id', nullable: true }) chosenObjectId!: string | null;
  @Column('text', { name: 'chosen_name', nullable: true }) chosenName!: string | null;
  @Column('timestamptz', { name: 'decided_at', nullable: true }) decidedAt!: Date | null;
  @Column('text', { name: 'decided_by', nullable: true }) decidedBy!: string | null;
}

export const googleRunEntities = [GoogleRun, GooglePlanItem, GoogleApplied, GoogleAbsence, GoogleConflictRow];
