import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import type { Document } from './attribute-changes.js';
import type { RemovalKind } from './removals/removal-limit.js';
import type { LastingState, LivingState } from './users/user-states.js';

// What the migration 0001-directory makes, and later ones add, as TypeORM sees it. Fields have a `!` because TypeORM
// fills them.
// `synchronize: false` stands at indexes that it cannot express: their predicates and operator classes are the
// migration's.

/** A tenant. */
@Entity('sites')
@Unique('sites_key_unique', ['key'])
export class Site {
  @PrimaryColumn('integer', {
    generated: 'identity',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'sites_pk',
  })
  id!: number;
  @Column({ type: 'text', collation: 'C' }) key!: string;
  @Column('text') name!: string;
  @Column('bigint', { name: 'groups_version', default: 0 }) groupsVersion!: number;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt!: Date;
}

/** An e-mail domain that a site claims or, with `verifiedAt`, has proved to be its own. */
@Entity('domains')
@Check('domains_verified_by', `verified_by IN ('dns', 'operator')`)
@Index('domains_verified_once', { synchronize: false })
export class Domain {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'domains_pk' }) siteId!: number;
  @PrimaryColumn('text', { collation: 'C', primaryKeyConstraintName: 'domains_pk' }) name!: string;
  @Column('text') challenge!: string;
  @Column('timestamptz', { name: 'verified_at', nullable: true }) verifiedAt!: Date | null;
  @Column('text', { name: 'verified_by', nullable: true }) verifiedBy!: 'dns' | 'operator' | null;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt!: Date;
}

@Entity('users')
@Check('users_user_type', `user_type IN ('standard', 'customer', 'service')`)
@Check('users_state', `state IN ('invited', 'active', 'suspended', 'deactivated')`)
@Check('users_resumes_to', `resumes_to IN ('invited', 'active', 'deactivated')`)
@Check('users_erased', `erased_at IS NULL OR deleted_at IS NOT NULL`)
@Index('users_user_name_unique', { synchronize: false })
@Index('users_folded', { synchronize: false })
@Index('users_suspensions', { synchronize: false })
@Index('users_scheduled', { synchronize: false })
export class User {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'users_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'users_pk' }) id!: string;
  @Column('text', { name: 'user_name' }) userName!: string;
  @Column({ type: 'text', name: 'user_name_key', collation: 'C' }) userNameKey!: string;
  @Column('text', { name: 'display_name', nullable: true }) displayName!: string | null;
  @Column('text', { name: 'user_type', default: 'standard' }) userType!: 'standard' | 'customer' | 'service';
  @Column('text', { default: 'active' }) state!: LivingState;
  @Column({ type: 'uuid', name: 'manager_id', nullable: true }) managerId!: string | null;
  @Column('uuid', { name: 'owner_connection_id', nullable: true }) ownerConnectionId!: string | null;
  @Column('jsonb') document!: Document;
  @Column('jsonb') folded!: Document;
  @Column('bigint', { default: 1 }) version!: number;
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' }) createdAt!: Date;
  @Column({ type: 'timestamptz', name: 'modified_at', precision: 3, default: () => 'now()' }) modifiedAt!: Date;
  @Column('timestamptz', { name: 'deleted_at', nullable: true }) deletedAt!: Date | null;
  @Column('text', { name: 'resumes_to', nullable: true }) resumesTo!: LastingState | null;
  @Column('timestamptz', { name: 'suspended_at', nullable: true }) suspendedAt!: Date | null;
  @Column('timestamptz', { name: 'suspended_until', nullable: true }) suspendedUntil!: Date | null;
  @Column('text', { name: 'suspension_reason', nullable: true }) suspensionReason!: string | null;
  @Column('boolean', { name: 'suspension_overdue', default: false }) suspensionOverdue!: boolean;
  @Column('jsonb', { name: 'released_values', nullable: true }) releasedValues!: unknown;
  @Column('timestamptz', { name: 'erased_at', nullable: true }) erasedAt!: Date | null;
}

/** The key by which an e-mail address of a user is looked up. */
@Entity('user_emails')
export class UserEmail {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'user_emails_pk' }) siteId!: number;
  @PrimaryColumn('text', { name: 'value_key', collation: 'C', primaryKeyConstraintName: 'user_emails_pk' })
  valueKey!: string;
  @PrimaryColumn('text', { name: 'type_key', collation: 'C', primaryKeyConstraintName: 'user_emails_pk' })
  typeKey!: string;
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'user_emails_pk' }) userId!: string;
}

@Entity('user_passwords')
export class UserPassword {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'user_passwords_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'user_passwords_pk' }) userId!: string;
  @Column('text') hash!: string;
  @Column('timestamptz', { name: 'set_at', default: () => 'now()' }) setAt!: Date;
}

@Entity('groups')
@Index('groups_display_name', { synchronize: false })
@Index('groups_unique_name', { synchronize: false })
@Index('groups_folded', { synchronize: false })
@Index('groups_scheduled', { synchronize: false })
@Check('groups_erased', `erased_at IS NULL OR deleted_at IS NOT NULL`)
export class Group {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'groups_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'groups_pk' }) id!: string;
  @Column('text', { name: 'display_name' }) displayName!: string;
  @Column({ type: 'text', name: 'display_name_key', collation: 'C' }) displayNameKey!: string;
  @Column({ type: 'text', name: 'unique_name_key', collation: 'C', nullable: true }) uniqueNameKey!: string | null;
  @Column('boolean', { default: false }) protected!: boolean;
  @Column('uuid', { name: 'owner_connection_id', nullable: true }) ownerConnectionId!: string | null;
  @Column('jsonb') document!: Document;
  @Column('jsonb') folded!: Document;
  @Column('bigint', { default: 1 }) version!: number;
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' }) createdAt!: Date;
  @Column({ type: 'timestamptz', name: 'modified_at', precision: 3, default: () => 'now()' }) modifiedAt!: Date;
  @Column('timestamptz', { name: 'deleted_at', nullable: true }) deletedAt!: Date | null;
  @Column('jsonb', { name: 'released_values', nullable: true }) releasedValues!: unknown;
  @Column('timestamptz', { name: 'erased_at', nullable: true }) erasedAt!: Date | null;
}

/** A user as a direct member of a group. */
@Entity('memberships')
@Index('memberships_user', ['siteId', 'userId', 'groupId'])
export class Membership {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'memberships_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'group_id', primaryKeyConstraintName: 'memberships_pk' }) groupId!: string;
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'memberships_pk' }) userId!: string;
  @Column('uuid', { name: 'owner_connection_id', nullable: true }) ownerConnectionId!: string | null;
  @Column('timestamptz', { name: 'added_at', default: () => 'now()' }) addedAt!: Date;
}

/** A group as a direct member of a group. */
@Entity('nestings')
@Index('nestings_child', ['siteId', 'childGroupId', 'groupId'])
export class Nesting {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'nestings_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'group_id', primaryKeyConstraintName: 'nestings_pk' }) groupId!: string;
  @PrimaryColumn('uuid', { name: 'child_group_id', primaryKeyConstraintName: 'nestings_pk' }) childGroupId!: string;
  @Column('uuid', { name: 'owner_connection_id', nullable: true }) ownerConnectionId!: string | null;
  @Column('timestamptz', { name: 'added_at', default: () => 'now()' }) addedAt!: Date;
}

/** A pair of different groups that one or more nestings connect. */
@Entity('group_closure')
@Index('group_closure_descendant', ['siteId', 'descendantId', 'ancestorId'])
export class GroupClosure {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'group_closure_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'ancestor_id', primaryKeyConstraintName: 'group_closure_pk' }) ancestorId!: string;
  @PrimaryColumn('uuid', { name: 'descendant_id', primaryKeyConstraintName: 'group_closure_pk' }) descendantId!: string;
}

/** What a connection calls an object. */
@Entity('identities')
@Check('identities_object_type', `object_type IN ('User', 'Group', 'Resource')`)
@Index('identities_external_id', ['siteId', 'connectionId', 'externalId'])
export class Identity {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'identities_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'object_id', primaryKeyConstraintName: 'identities_pk' }) objectId!: string;
  @PrimaryColumn('uuid', { name: 'connection_id', primaryKeyConstraintName: 'identities_pk' }) connectionId!: string;
  @Column('text', { name: 'object_type' }) objectType!: 'User' | 'Group' | 'Resource';
  @Column({ type: 'text', name: 'external_id', collation: 'C', nullable: true }) externalId!: string | null;
  @Column('timestamptz', { name: 'linked_at', default: () => 'now()' }) linkedAt!: Date;
}

/** A difference that counts towards a site's total of users or groups. */
@Entity('object_count_deltas')
export class ObjectCountDelta {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'object_count_deltas_pk' }) siteId!: number;
  @PrimaryColumn('text', { name: 'object_type', primaryKeyConstraintName: 'object_count_deltas_pk' }) objectType!:
    | 'User'
    | 'Group'
    | `Resource ${string}`;
  @PrimaryColumn('bigint', {
    generated: 'identity',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'object_count_deltas_pk',
  })
  id!: number;
  @Column('uuid', { name: 'owner_connection_id', nullable: true }) ownerConnectionId!: string | null;
  @Column('bigint') difference!: number;
}

/** A resource of a type that the operator has defined. */
@Entity('resources')
@Index('resources_folded', { synchronize: false })
export class Resource {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'resources_pk' }) siteId!: number;
  @PrimaryColumn('text', { collation: 'C', primaryKeyConstraintName: 'resources_pk' }) type!: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'resources_pk' }) id!: string;
  @Column('uuid', { name: 'owner_connection_id', nullable: true }) ownerConnectionId!: string | null;
  @Column('jsonb') document!: Document;
  @Column('jsonb') folded!: Document;
  @Column('bigint', { default: 1 }) version!: number;
  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' }) createdAt!: Date;
  @Column({ type: 'timestamptz', name: 'modified_at', precision: 3, default: () => 'now()' }) modifiedAt!: Date;
  @Column('timestamptz', { name: 'deleted_at', nullable: true }) deletedAt!: Date | null;
}

/** A value that a living object alone has. */
@Entity('unique_values')
@Index('unique_values_object', ['siteId', 'objectId'])
export class UniqueValue {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'unique_values_pk' }) siteId!: number;
  @PrimaryColumn('text', { name: 'resource_type', collation: 'C', primaryKeyConstraintName: 'unique_values_pk' })
  resourceType!: string;
  @PrimaryColumn('text', { collation: 'C', primaryKeyConstraintName: 'unique_values_pk' }) attribute!: string;
  @PrimaryColumn('text', { name: 'value_key', collation: 'C', primaryKeyConstraintName: 'unique_values_pk' })
  valueKey!: string;
  @Column('uuid', { name: 'object_id' }) objectId!: string;
}

/** Something that a connection with a limit removed: see requireRemovable. */
@Entity('connection_removals')
@Index('connection_removals_object', ['siteId', 'connectionId', 'objectId'])
@Check('connection_removals_kind', `kind IN ('user-deleted', 'user-disabled', 'group')`)
@ForeignKey('connections', ['siteId', 'connectionId'], ['siteId', 'id'], {
  name: 'connection_removals_connection',
  onDelete: 'CASCADE',
})
export class ConnectionRemoval {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'connection_removals_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'connection_id', primaryKeyConstraintName: 'connection_removals_pk' })
  connectionId!: string;
  @PrimaryColumn('timestamptz', { primaryKeyConstraintName: 'connection_removals_pk' }) at!: Date;
  @PrimaryColumn('uuid', { name: 'object_id', primaryKeyConstraintName: 'connection_removals_pk' }) objectId!: string;
  @Column('text') kind!: RemovalKind;
  @Column('integer') people!: number;
  @Column('boolean') allowed!: boolean;
  @Column('bigint', { name: 'counted_before' }) countedBefore!: number;
  @Column('bigint', { name: 'allowed_before' }) allowedBefore!: number;
  @Column('bigint', { name: 'deleted_before' }) deletedBefore!: number;
}

/** For how long the limit of a connection is lifted. */
@Entity('removal_allowances')
@ForeignKey('connections', ['siteId', 'connectionId'], ['siteId', 'id'], {
  name: 'removal_allowances_connection',
  onDelete: 'CASCADE',
})
export class RemovalAllowanceRow {
  @PrimaryColumn('integer', { name: 'site_id', primaryKeyConstraintName: 'removal_allowances_pk' }) siteId!: number;
  @PrimaryColumn('uuid', { name: 'connection_id', primaryKeyConstraintName: 'removal_allowances_pk' })
  connectionId!: string;
  @Column('timestamptz') since!: Date;
  @Column('timestamptz') until!: Date;
  @Column('integer', { nullable: true }) people!: number | null;
}

export const directoryEntities = [
  ConnectionRemoval,
  RemovalAllowanceRow,
  Resource,
  UniqueValue,
  Site,
  Domain,
  User,
  UserEmail,
  UserPassword,
  Group,
  Membership,
  Nesting,
  GroupClosure,
  Identity,
  ObjectCountDelta,
];
