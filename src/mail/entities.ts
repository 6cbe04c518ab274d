import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

// What the migration 0020-ways-in makes, as TypeORM sees it. Fields have a `!` because TypeORM fills them.
// `synchronize: false` stands at indexes whose predicates are the migration's.

/** A mail that is to be sent, and the record of what became of it. */
@Entity('mails')
@Check('mails_state', `state IN ('pending', 'sent', 'failed')`)
@Index('mails_due', { synchronize: false })
@Index('mails_finished', { synchronize: false })
@Index('mails_subject', ['siteId', 'subjectId', 'createdAt'])
class MailRow {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'mails_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'mails_pk' }) id!: string;
  @Column('uuid', { name: 'subject_id' }) subjectId!: string;
  @Column('text') kind!: string;
  @Column('text') recipient!: string;
  @Column('bytea', { nullable: true }) content!: Buffer | null;
  @Column('text', { default: 'pending' }) state!: 'pending' | 'sent' | 'failed';
  @Column('integer', { default: 0 }) attempts!: number;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt!: Date;
  @Column('timestamptz', { name: 'next_attempt_at', default: () => 'now()' }) nextAttemptAt!: Date;
  @Column('uuid', { nullable: true }) lease!: string | null;
  @Column('timestamptz', { name: 'leased_until', nullable: true }) leasedUntil!: Date | null;
  @Column('text', { name: 'last_error', nullable: true }) lastError!: string | null;
  @Column('timestamptz', { name: 'finished_at', nullable: true }) finishedAt!: Date | null;
}

export const mailEntities = [MailRow];
