import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

// What the migration 0020-ways-in makes, as TypeORM sees it. Fields have a `!` because TypeORM fills them.
// `synchronize: false` stands at indexes whose predicates are the migration's.

@Entity('invitations')
@Check('invitations_state', `state IN ('pending', 'accepted', 'revoked', 'expired')`)
@Check('invitations_token', '(token_key IS NULL) = (secret_hash IS NULL)')
@Index('invitations_token_key', ['tokenKey'], { unique: true })
@Index('invitations_due', { synchronize: false })
class InvitationRow {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'invitations_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'invitations_pk' }) userId!: string;
  @Column('text') address!: string;
  @Column('text', { default: 'pending' }) state!: 'pending' | 'accepted' | 'revoked' | 'expired';
  @Column({ type: 'text', name: 'token_key', nullable: true, collation: 'C' }) tokenKey!: string | null;
  @Column('bytea', { name: 'secret_hash', nullable: true }) secretHash!: Buffer | null;
  @Column('timestamptz', { name: 'invited_at', default: () => 'now()' }) invitedAt!: Date;
  @Column('timestamptz', { name: 'issued_at', default: () => 'now()' }) issuedAt!: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
  @Column('timestamptz', { name: 'finished_at', nullable: true }) finishedAt!: Date | null;
}

export const invitationEntities = [InvitationRow];
