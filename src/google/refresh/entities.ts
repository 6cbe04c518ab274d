import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { HintKind } from './hint.js';

// What the migration 0018-google-increments makes of hints, as TypeORM sees it. Fields have a `!` because TypeORM fills
// them.

@Entity('google_hints')
@Check('google_hints_kind', `kind IN ('user', 'deleted-user', 'group', 'members', 'left')`)
@ForeignKey('google_connections', ['siteId', 'connectionId'], ['siteId', 'id'], {
  name: 'google_hints_connection',
  onDelete: 'CASCADE',
})
export class GoogleHintRow {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'google_hints_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'connection_id', primaryKeyConstraintName: 'google_hints_pk' }) connectionId!: string;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'google_hints_pk' }) kind!: HintKind;
  @PrimaryColumn('text', { collation: 'C', primaryKeyConstraintName: 'google_hints_pk' }) key!: string;
  @Column('timestamptz', { name: 'hinted_at', default: () => 'now()' }) hintedAt!: Date;
  @Column('uuid', { name: 'run_id', nullable: true }) runId!: string | null;
}

export const googleRefreshEntities = [GoogleHintRow];
