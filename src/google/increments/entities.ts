import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { HintSource } from './sources.js';

// What the migration 0018-google-increments makes of where hints come from, as TypeORM sees it. Fields have a `!` because
// TypeORM fills them.

@Entity('google_activities')
@ForeignKey('google_connections', ['siteId', 'connectionId'], ['siteId', 'id'], {
  name: 'google_activities_connection',
  onDelete: 'CASCADE',
})
export class GoogleActivityRow {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'google_activities_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'connection_id', primaryKeyConstraintName: 'google_activities_pk' })
  connectionId!: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'google_activities_pk' }) application!: string;
  @PrimaryColumn('timestamptz', { primaryKeyConstraintName: 'google_activities_pk' }) at!: Date;
  @PrimaryColumn('text', { collation: 'C', primaryKeyConstraintName: 'google_activities_pk' }) qualifier!: string;
}

@Entity('google_hint_sources')
@Check('google_hint_sources_source', `source IN ('admin', 'groups_enterprise', 'users.watch')`)
@Check('google_hint_sources_reason', `(reason_code IS NULL) = (reason_text IS NULL)`)
@ForeignKey('google_connections', ['siteId', 'connectionId'], ['siteId', 'id'], {
  name: 'google_hint_sources_connection',
  onDelete: 'CASCADE',
})
export class GoogleHintSourceRow {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'google_hint_sources_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'connection_id', primaryKeyConstraintName: 'google_hint_sources_pk' })
  connectionId!: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'google_hint_sources_pk' }) source!: HintSource;
  @Column('timestamptz', { name: 'due_at', default: () => `'-infinity'` }) dueAt!: Date;
  @Column('timestamptz', { name: 'good_at', nullable: true }) goodAt!: Date | null;
  @Column('text', { name: 'reason_code', nullable: true }) reasonCode!: string | null;
  @Column('text', { name: 'reason_text', nullable: true }) reasonText!: string | null;
}

@Entity('google_channels')
@Check('google_channels_granted', `(resource_id IS NULL) = (expires_at IS NULL)`)
@Index('google_channels_id', ['id'], { unique: true })
@ForeignKey('google_connections', ['siteId', 'connectionId'], ['siteId', 'id'], {
  name: 'google_channels_connection',
  onDelete: 'CASCADE',
})
export class GoogleChannelRow {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'google_channels_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'connection_id', primaryKeyConstraintName: 'google_channels_pk' })
  connectionId!: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'google_channels_pk' }) id!: string;
  @Column('text') event!: string;
  @Column('bytea', { name: 'token_hash' }) tokenHash!: Buffer;
  @Column('text', { name: 'resource_id', nullable: true }) resourceId!: string | null;
  @Column('timestamptz', { name: 'expires_at', nullable: true }) expiresAt!: Date | null;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt!: Date;
}

export const googleIncrementEntities = [GoogleActivityRow, GoogleHintSourceRow, GoogleChannelRow];
