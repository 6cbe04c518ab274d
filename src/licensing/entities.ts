import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';

// What the migration 0003-licensing makes, as TypeORM sees it. Fields have a `!` because TypeORM fills them.
// `synchronize: false` stands at indexes whose predicates are the migration's.

@Entity('applications')
@Unique('applications_key_unique', ['siteId', 'key'])
@Check('applications_state', `state IN ('active', 'disabled')`)
export class Application {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'applications_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'applications_pk' }) id!: string;
  @Column({ type: 'text', collation: 'C' }) key!: string;
  @Column('text') name!: string;
  @Column('text', { nullable: true }) description!: string | null;
  @Column('uuid', { name: 'owner_user_id', nullable: true }) ownerUserId!: string | null;
  @Column('text', { default: 'active' }) state!: 'active' | 'disabled';
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt!: Date;
}

@Entity('application_roles')
@Unique('application_roles_key_unique', ['siteId', 'applicationId', 'key'])
@Unique('application_roles_rank_unique', ['siteId', 'applicationId', 'rank'], { deferrable: 'INITIALLY IMMEDIATE' })
@ForeignKey(() => Application, ['siteId', 'applicationId'], ['siteId', 'id'], {
  name: 'application_roles_application',
  onDelete: 'CASCADE',
})
export class ApplicationRole {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'application_roles_pk' }) siteId!: number;
  @Column('uuid', { name: 'application_id' }) applicationId!: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'application_roles_pk' }) id!: string;
  @Column({ type: 'text', collation: 'C' }) key!: string;
  @Column('text') name!: string;
  @Column('integer') rank!: number;
  @Column('boolean', { name: 'takes_seat' }) takesSeat!: boolean;
}

/** A role that a group or a user gets. */
@Entity('grants')
@Check('grants_one_holder', 'num_nonnulls(group_id, user_id) = 1')
@Index('grants_group_role', { synchronize: false })
@Index('grants_user_role', { synchronize: false })
@Index('grants_connection_role', { synchronize: false })
@ForeignKey(() => ApplicationRole, ['siteId', 'roleId'], ['siteId', 'id'], { name: 'grants_role', onDelete: 'CASCADE' })
export class Grant {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'grants_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'grants_pk' }) id!: string;
  @Column('uuid', { name: 'role_id' }) roleId!: string;
  @Column('uuid', { name: 'group_id', nullable: true }) groupId!: string | null;
  @Column('uuid', { name: 'user_id', nullable: true }) userId!: string | null;
  @Column('uuid', { name: 'connection_id', nullable: true }) connectionId!: string | null;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt!: Date;
}

/** A pool of seats. */
@Entity('licences')
@Unique('licences_name_unique', ['siteId', 'applicationId', 'name'])
@Check('licences_seats', 'seats >= 0')
@Check('licences_policy', `policy IN ('wait', 'refuse', 'allow')`)
@Check('licences_period', 'valid_from < valid_until')
@ForeignKey(() => Application, ['siteId', 'applicationId'], ['siteId', 'id'], {
  name: 'licences_application',
  onDelete: 'CASCADE',
})
export class Licence {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'licences_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'licences_pk' }) id!: string;
  @Column('uuid', { name: 'application_id' }) applicationId!: string;
  @Column('text') name!: string;
  @Column('integer', { nullable: true }) seats!: number | null;
  @Column('text', { default: 'wait' }) policy!: 'wait' | 'refuse' | 'allow';
  @Column('integer', { name: 'seats_used', default: 0 }) seatsUsed!: number;
  @Column('timestamptz', { name: 'valid_from', nullable: true }) validFrom!: Date | null;
  @Column('timestamptz', { name: 'valid_until', nullable: true }) validUntil!: Date | null;
  @Column('integer', { name: 'warn_at', array: true, default: [80, 100] }) warnAt!: number[];
  @Column('integer', { name: 'warned_at', nullable: true }) warnedAt!: number | null;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt!: Date;
}

/** The pools from which a role takes its seats, one after the other; one of them is in force. */
@Entity('licence_roles')
@Index('licence_roles_in_force', { synchronize: false })
@ForeignKey(() => ApplicationRole, ['siteId', 'roleId'], ['siteId', 'id'], {
  name: 'licence_roles_role',
  onDelete: 'CASCADE',
})
@ForeignKey(() => Licence, ['siteId', 'licenceId'], ['siteId', 'id'], {
  name: 'licence_roles_licence',
  onDelete: 'CASCADE',
})
export class LicenceRole {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'licence_roles_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'licence_id', primaryKeyConstraintName: 'licence_roles_pk' }) licenceId!: string;
  @PrimaryColumn('uuid', { name: 'role_id', primaryKeyConstraintName: 'licence_roles_pk' }) roleId!: string;
  @Column('boolean', { name: 'in_force', default: true }) inForce!: boolean;
}

/** Where people are put who are given a role. */
@Entity('default_groups')
@Index('default_groups_group', ['siteId', 'groupId'])
@ForeignKey(() => ApplicationRole, ['siteId', 'roleId'], ['siteId', 'id'], {
  name: 'default_groups_role',
  onDelete: 'CASCADE',
})
export class DefaultGroup {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'default_groups_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'role_id', primaryKeyConstraintName: 'default_groups_pk' }) roleId!: string;
  @PrimaryColumn('uuid', { name: 'group_id', primaryKeyConstraintName: 'default_groups_pk' }) groupId!: string;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt!: Date;
}

/** What a person has: one role an application. */
@Entity('entitlements')
@Index('entitlements_application', ['siteId', 'applicationId', 'userId'])
@Index('entitlements_licence', { synchronize: false })
export class Entitlement {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'entitlements_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'entitlements_pk' }) userId!: string;
  @PrimaryColumn('uuid', { name: 'application_id', primaryKeyConstraintName: 'entitlements_pk' })
  applicationId!: string;
  @Column('uuid', { name: 'role_id' }) roleId!: string;
  @Column('uuid', { name: 'licence_id', nullable: true }) licenceId!: string | null;
  @Column('timestamptz', { default: () => 'now()' }) since!: Date;
}

/** A place in the queue of a full pool. */
@Entity('waiting_places')
@Index('waiting_places_queue', ['siteId', 'licenceId', 'since', 'sequence'])
export class WaitingPlace {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'waiting_places_pk' }) siteId!: number;
  @Column('uuid', { name: 'licence_id' }) licenceId!: string;
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'waiting_places_pk' }) userId!: string;
  @Column('uuid', { name: 'application_id' }) applicationId!: string;
  @PrimaryColumn('uuid', { name: 'role_id', primaryKeyConstraintName: 'waiting_places_pk' }) roleId!: string;
  @Column('timestamptz', { default: () => 'now()' }) since!: Date;
  @Column({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS' }) sequence!: number;
}

export const licensingEntities = [
  Application,
  ApplicationRole,
  Grant,
  Licence,
  LicenceRole,
  DefaultGroup,
  Entitlement,
  WaitingPlace,
];
