import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Source, Subject } from '../directory/index.js';
import type { Outcome, Step } from './log-entry.js';

// What the migrations 0004-log, 0017-api-tokens and 0021-log-seals make, as TypeORM sees it. Fields have a `!` because TypeORM fills them.
// TypeORM knows the partitioned tables and nothing of their partitions.

@Entity('log_entries')
@Check('log_entries_source', `source IN ('scim', 'google', 'portal', 'api', 'cli', 'system')`)
@Check('log_entries_outcome', `outcome IN ('success', 'failure', 'skipped', 'waiting')`)
// partial: their predicates are the migrations'
@Index('log_entries_not_plain', { synchronize: false })
@Index('log_entries_api_token', { synchronize: false })
@Index('log_entries_transaction', ['siteId', 'transactionId'])
export class LogEntryRow {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'log_entries_pk' }) siteId!: number;
  @PrimaryColumn('timestamptz', { default: () => 'clock_timestamp()', primaryKeyConstraintName: 'log_entries_pk' })
  at!: Date;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'log_entries_pk' }) id!: string;
  @Column('text') source!: Source;
  @Column('uuid', { name: 'connection_id', nullable: true }) connectionId!: string | null;
  @Column('uuid', { name: 'api_token_id', nullable: true }) apiTokenId!: string | null;
  @Column('text') action!: string;
  @Column('text', { name: 'object_type' }) objectType!: string;
  @Column('uuid', { name: 'object_id', nullable: true }) objectId!: string | null;
  @Column('text') outcome!: Outcome;
  @Column('text', { name: 'error_code', nullable: true }) errorCode!: string | null;
  @Column('jsonb') steps!: Step[];
  @Column('text', { array: true }) changed!: string[];
  @Column('jsonb', { nullable: true }) personal!: unknown;
  @Column('bytea', { nullable: true }) salt!: Buffer | null;
  @Column('bytea', { name: 'personal_hash' }) personalHash!: Buffer;
  @Column('jsonb') subjects!: Subject[];
  @Column('integer', { name: 'subject_count' }) subjectCount!: number;
  @Column('text', { name: 'correlation_id' }) correlationId!: string;
  @Column('integer', { name: 'duration_microseconds' }) durationMicroseconds!: number;
  // TypeORM drops the casts of a default before it compares: the column's own is pg_current_xact_id()::text::bigint
  @Column('bigint', { name: 'transaction_id', default: () => '((pg_current_xact_id()))' }) transactionId!: number;
}

/** A user or group that an entry of the log is about. */
@Entity('log_subjects')
export class LogSubject {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'log_subjects_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'subject_id', primaryKeyConstraintName: 'log_subjects_pk' }) subjectId!: string;
  @PrimaryColumn('timestamptz', { primaryKeyConstraintName: 'log_subjects_pk' }) at!: Date;
  @PrimaryColumn('uuid', { name: 'entry_id', primaryKeyConstraintName: 'log_subjects_pk' }) entryId!: string;
  @Column('text') kind!: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'log_subjects_pk' }) effect!: string;
}

/** A hash over a batch of entries and the seal before: see seals/. */
@Entity('log_seals')
@Check('log_seals_range', `from_transaction < to_transaction`)
@Check('log_seals_hash', `length(hash) = 32 AND length(previous_hash) = 32`)
export class LogSeal {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'log_seals_pk' }) siteId!: number;
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'log_seals_pk' }) sequence!: string;
  @Column('date') month!: string;
  @Column('bigint', { name: 'from_transaction' }) fromTransaction!: string;
  @Column('bigint', { name: 'to_transaction' }) toTransaction!: string;
  @Column('integer') entries!: number;
  @Column('timestamptz', { name: 'first_at' }) firstAt!: Date;
  @Column('timestamptz', { name: 'last_at' }) lastAt!: Date;
  @Column('bytea', { name: 'previous_hash' }) previousHash!: Buffer;
  @Column('bytea') hash!: Buffer;
  @Column('timestamptz', { name: 'sealed_at', default: () => 'now()' }) sealedAt!: Date;
  @Column('timestamptz', { name: 'dropped_at', nullable: true }) droppedAt!: Date | null;
}

export const logEntities = [LogEntryRow, LogSubject, LogSeal];
