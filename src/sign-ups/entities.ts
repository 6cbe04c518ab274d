import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { SignUpState } from './sign-up.js';

// What the migration 0020-ways-in makes, as TypeORM sees it. Fields have a `!` because TypeORM fills them.
// `synchronize: false` stands at indexes whose predicates are the migration's.

@Entity('sign_up_rules')
@ForeignKey('applications', ['siteId', 'applicationId'], ['siteId', 'id'], {
  name: 'sign_up_rules_application',
  onDelete: 'CASCADE',
})
@ForeignKey('application_roles', ['siteId', 'roleId'], ['siteId', 'id'], {
  name: 'sign_up_rules_role',
  onDelete: 'CASCADE',
})
class SignUpRuleRow {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'sign_up_rules_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'application_id', primaryKeyConstraintName: 'sign_up_rules_pk' })
  applicationId!: string;
  @Column('uuid', { name: 'role_id' }) roleId!: string;
  @Column('text', { array: true }) domains!: string[];
  @Column('boolean') approval!: boolean;
}

@Entity('sign_ups')
@Check('sign_ups_state', `state IN ('unconfirmed', 'waiting', 'approved', 'rejected')`)
@Check('sign_ups_token', '(token_key IS NULL) = (secret_hash IS NULL)')
@Index('sign_ups_token_key', ['tokenKey'], { unique: true })
@Index('sign_ups_open', { synchronize: false })
@Index('sign_ups_user', { synchronize: false })
@Index('sign_ups_unconfirmed', { synchronize: false })
@ForeignKey('applications', ['siteId', 'applicationId'], ['siteId', 'id'], {
  name: 'sign_ups_application',
  onDelete: 'CASCADE',
})
class SignUpRow {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'sign_ups_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'sign_ups_pk' }) id!: string;
  @Column('uuid', { name: 'application_id' }) applicationId!: string;
  @Column('text') address!: string;
  @Column({ type: 'text', name: 'address_key', collation: 'C' }) addressKey!: string;
  @Column('text', { name: 'given_name', nullable: true }) givenName!: string | null;
  @Column('text', { name: 'family_name', nullable: true }) familyName!: string | null;
  @Column('text', { default: 'unconfirmed' }) state!: SignUpState;
  @Column({ type: 'text', name: 'token_key', nullable: true, collation: 'C' }) tokenKey!: string | null;
  @Column('bytea', { name: 'secret_hash', nullable: true }) secretHash!: Buffer | null;
  @Column('timestamptz', { name: 'issued_at', default: () => 'now()' }) issuedAt!: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
  @Column('timestamptz', { name: 'confirmed_at', nullable: true }) confirmedAt!: Date | null;
  @Column('timestamptz', { name: 'decided_at', nullable: true }) decidedAt!: Date | null;
  @Column('uuid', { name: 'user_id', nullable: true }) userId!: string | null;
}

export const signUpEntities = [SignUpRuleRow, SignUpRow];
