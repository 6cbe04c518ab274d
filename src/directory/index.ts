export type { ActingConnection, Actor, RemovalLimit, Source } from './actor.js';
export type { AttributeChange, Document } from './attribute-changes.js';
export {
  type Command,
  type CommandBatch,
  type Described,
  type Effects,
  type Held,
  type LockingCommand,
  LocksOutdated,
  type MovedMembers,
  type NamedEffects,
  type ObjectEffects,
  type ObjectType,
  type StandaloneCommand,
  type Subject,
} from './command.js';
export { comparisonKey } from './comparison-key.js';
export type { DirectoryDocuments } from './directory-documents.js';
export { disownObjects } from './disown-objects.js';
export {
  addDomain,
  challengeRecord,
  type Domain,
  listDomains,
  verifyDomain,
} from './domains.js';
export { directoryEntities } from './entities.js';
export { usersWithin } from './groups/closure.js';
export { type CreatedGroup, createEmptyGroups, createGroup, type NewGroup } from './groups/create-group.js';
export { deleteGroup } from './groups/delete-group.js';
export { eraseExpiredGroups, sitesWithExpiredGroups } from './groups/erase-groups.js';
export {
  type DeletedGroup,
  findDeletedGroups,
  findGroup,
  findGroups,
  type GroupSummary,
} from './groups/find-groups.js';
export {
  createGroupOutlines,
  type GroupOutline,
  type GroupOutlines,
  type GroupReference,
} from './groups/group-outlines.js';
export type { GroupProfile, GroupRecord, MemberChange, UnknownMembers } from './groups/group-profile.js';
export { type LocalMember, leaveGroups } from './groups/leave-groups.js';
export { type ListedMember, listMembers, type MemberPosition } from './groups/list-members.js';
export { groupRows, listGroups, readGroup, readMembers, streamMembers } from './groups/read-groups.js';
export { restoreGroup } from './groups/restore-group.js';
export { type GroupEdit, type GroupUpdate, type UpdatedGroup, updateGroup } from './groups/update-group.js';
export {
  findGroupsNamed,
  findUsersNamed,
  type GroupNamed,
  membershipsOf,
  type UserNamed,
} from './import/find-named.js';
export { importGroups } from './import/import-groups.js';
export { importMembers, type MembersOutcome } from './import/import-members.js';
export { importUsers } from './import/import-users.js';
export type {
  ImportedAttributes,
  ImportedGroup,
  ImportedMembers,
  ImportedUser,
  ImportOutcome,
  ImportRight,
  NamedObject,
  PassedOver,
} from './import/imported.js';
export { type ReleasedObject, releaseIdentities } from './import/release-identities.js';
export { removeGroups } from './import/remove-groups.js';
export { removeUsers } from './import/remove-users.js';
export { type Identity, listIdentities } from './list-identities.js';
export { isLiving } from './living.js';
export { countObjects, foldObjectCounts } from './object-counts.js';
export { isObjectId, newObjectId } from './object-id.js';
export { requireRemovable } from './removals/removal-limit.js';
export { createResource } from './resources/create-resource.js';
export { listResources, readResource, resourceRows } from './resources/read-resources.js';
export type { ResourceProfile, ResourceRecord } from './resources/resource-record.js';
export { deleteResource, type ResourceEdit, updateResource } from './resources/update-resource.js';
export { createSite, DEFAULT_SITE, ensureDefaultSite, findSite, listSites, type Site } from './sites.js';
export { shareStructureLock, takeStructureLock } from './structure-lock.js';
export type { UniqueValue } from './unique-values.js';
export {
  type DecidedUser,
  deactivateUser,
  reactivateByDecision,
  type Suspension,
  suspendUser,
} from './users/change-state.js';
export { createUser, createUserWithGrants, type NewUser } from './users/create-user.js';
export { type CreatedMember, createUserInGroups, type NewMember } from './users/create-user-in-groups.js';
export { createUsers } from './users/create-users.js';
export { deleteUser } from './users/delete-user.js';
export { emailsOf } from './users/email-keys.js';
export { type DueSuspensions, dueSuspensions, endSuspensions, keepSuspended } from './users/end-suspensions.js';
export {
  type AlsoErase,
  eraseExpiredUsers,
  eraseUser,
  sitesWithExpiredUsers,
} from './users/erase-users.js';
export {
  findDeletedUsers,
  findUser,
  findUsers,
  readKeptUser,
  type UserSummary,
  type UserType,
} from './users/find-users.js';
export { findDeactivated, reactivateUser } from './users/reactivate-user.js';
export { createUserReads, type UserReads, userRows } from './users/read-users.js';
export { restoreUser } from './users/restore-user.js';
export { setUserType } from './users/set-user-type.js';
export { shownNameKey } from './users/shown-name.js';
export { type UpdatedUser, type UserEdit, updateUser } from './users/update-user.js';
export type { UserGrants, UserProfile, UserRecord } from './users/user-profile.js';
export type { LivingState, UserState } from './users/user-states.js';
export type {
  GroupView,
  ListRequest,
  MemberView,
  ObjectRows,
  ObjectView,
  Reader,
  UserView,
  Wanted,
} from './views.js';
export { isOutdated, translateViolation } from './violations.js';
