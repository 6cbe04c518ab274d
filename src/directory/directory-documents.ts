import type { Document } from './attribute-changes.js';
import type { GroupProfile, GroupRecord } from './groups/group-profile.js';
import type { GroupEdit } from './groups/update-group.js';
import type { NewUser } from './users/create-user.js';
import type { UserEdit } from './users/update-user.js';
import type { UserRecord } from './users/user-profile.js';

/**
 * Reads and shows users and groups in the shape that their documents have, for those who do not know the schemas. Made
 * by the protocol engine that does.
 */
export interface DirectoryDocuments {
  /** @throws RollcallError `user.invalid` */
  newUser(document: unknown): NewUser;
  /**
   * What a merge patch (RFC 7396) makes of a user; `active` is left to the commands that change states.
   * @throws RollcallError `user.invalid`
   */
  userEdit(current: Pick<UserRecord, 'document'>, patch: Document): UserEdit;
  /** @throws RollcallError `group.invalid` */
  newGroup(document: unknown): GroupProfile;
  /** @throws RollcallError `group.invalid` */
  groupEdit(current: GroupRecord, patch: Document): GroupEdit;
  /** Without what nobody is shown: attributes that are only written or never returned. */
  shownUser(document: Document): Document;
  shownGroup(document: Document): Document;
}
