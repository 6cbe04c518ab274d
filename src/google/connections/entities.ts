import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { GoogleState } from './google-connection.js';
import type { GoogleSettings } from './settings.js';

// What the migration 0015-google-connections makes, as TypeORM sees it. Fields have a `!` because TypeORM fills them.

@Entity('google_connections')
@Check('google_connections_whole', `(customer IS NULL) <> (domain IS NULL)`)
@Check('google_connections_own_role', `subject IS NOT NULL OR (customer IS NOT NULL AND customer <> 'my_customer')`)
@Check('google_connections_credential', `(credential IS NULL) <> (keyless IS NULL)`)
@Check('google_connections_interval', `interval_minutes > 0`)
@Check('google_connections_state', `state IN ('active', 'paused', 'needs-attention')`)
@Check(
  'google_connections_reason',
  `(state = 'needs-attention') = (reason_code IS NOT NULL) AND (reason_code IS NULL) = (reason_text IS NULL)`,
)
@ForeignKey('connections', ['siteId', 'id'], ['siteId', 'id'], {
  name: 'google_connections_connection',
  onDelete: 'CASCADE',
})
export class GoogleConnectionRow {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'google_connections_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'google_connections_pk' }) id!: string;
  @Column('text', { nullable: true }) customer!: string | null;
  @Column('text', { nullable: true }) domain!: string | null;
  @Column('text', { nullable: true }) subject!: string | null;
  @Column('bytea', { nullable: true }) credential!: Buffer | null;
  @Column('text', { nullable: true }) keyless!: string | null;
  @Column('text', { name: 'service_account' }) serviceAccount!: string;
  @Column('text', { name: 'key_id', nullable: true }) keyId!: string | null;
  @Column('jsonb') settings!: GoogleSettings;
  @Column('integer', { name: 'interval_minutes' }) intervalMinutes!: number;
  @Column('text', { default: 'active' }) state!: GoogleState;
  @Column('text', { name: 'reason_code', nullable: true }) reasonCode!: string | null;
  @Column('text', { name: 'reason_text', nullable: true }) reasonText!: string | null;
  @Column('timestamptz', { name: 'state_since', default: () => 'now()' }) stateSince!: Date;
  @Column('timestamptz', { name: 'stale_since', nullable: true }) staleSince!: Date | null;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt!: Date;
  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' }) updatedAt!: Date;
}

export const googleEntities = [GoogleConnectionRow];
