import type { GoogleActivity } from '../client/index.js';
import type { Hint } from '../refresh/index.js';

/** Applications of the Reports API that tell of users and groups: what administrators do, and what owners of groups do. */
export const APPLICATIONS = ['admin', 'groups_enterprise'] as const;
export type Application = (typeof APPLICATIONS)[number];

type Event = GoogleActivity['events'][number];

/** Changes of one user, who is named by USER_EMAIL. */
const OF_USERS: ReadonlySet<string> = new Set([
  ...['CREATE_USER', 'UNDELETE_USER', 'SUSPEND_USER', 'UNSUSPEND_USER', 'ARCHIVE_USER', 'UNARCHIVE_USER'],
  ...['CHANGE_FIRST_NAME', 'CHANGE_LAST_NAME', 'CHANGE_DISPLAY_NAME', 'ADD_NICKNAME', 'REMOVE_NICKNAME'],
  ...['CHANGE_USER_ORGANIZATION', 'CHANGE_USER_PHONE_NUMBER', 'CHANGE_USER_ADDRESS', 'CHANGE_USER_RELATION'],
  ...['CHANGE_USER_EXTERNAL_ID', 'CHANGE_USER_CUSTOM_FIELD', 'CHANGE_USER_LANGUAGE', 'CHANGE_USER_LOCATION'],
  ...['MOVE_USER_TO_ORG_UNIT', 'GRANT_ADMIN_PRIVILEGE', 'REVOKE_ADMIN_PRIVILEGE', 'GRANT_DELEGATED_ADMIN_PRIVILEGES'],
]);

const OF_GROUPS: ReadonlySet<string> = new Set([
  ...['CREATE_GROUP', 'DELETE_GROUP', 'CHANGE_GROUP_NAME', 'CHANGE_GROUP_DESCRIPTION'],
]);

const OF_MEMBERS: ReadonlySet<string> = new Set([
  ...['ADD_GROUP_MEMBER', 'REMOVE_GROUP_MEMBER', 'UPDATE_GROUP_MEMBER', 'GROUP_MEMBER_BULK_UPLOAD'],
]);

/** Of any number of users, without names. */
const OF_EVERYTHING: ReadonlySet<string> = new Set(['BULK_UPLOAD', 'USERS_BULK_UPLOAD']);

const BY_OWNERS_OF_MEMBERS: ReadonlySet<string> = new Set([
  ...['add_member', 'remove_member', 'change_member_role', 'add_member_role', 'remove_member_role'],
  ...['accept_invitation', 'approve_join_request', 'join', 'ban_member_with_moderation'],
]);

const BY_OWNERS_OF_GROUPS: ReadonlySet<string> = new Set(['create_group', 'delete_group', 'change_info_setting']);

/**
 * What may be different after an event, which names users and groups by their address at that time. An event that is not
 * known means nothing.
 * @returns `complete`: only a complete run can tell
 */
export function hintsOfEvent(application: Application, { name, parameters }: Event): readonly Hint[] | 'complete' {
  const hint = (kind: Hint['kind'], parameter: string): readonly Hint[] => {
    const key = keyOf(parameters[parameter]);
    return key === undefined ? [] : [{ kind, key }];
  };
  const left = (group: string, member: string): readonly Hint[] => {
    const keys = [keyOf(parameters[group]), keyOf(parameters[member])];
    return keys.includes(undefined) ? [] : [{ kind: 'left', key: keys.join(' ') }];
  };
  if (application === 'groups_enterprise') {
    if (BY_OWNERS_OF_GROUPS.has(name)) return hint('group', 'group_id');
    if (!BY_OWNERS_OF_MEMBERS.has(name)) return [];
    return [...hint('members', 'group_id'), ...(name === 'remove_member' ? left('group_id', 'member_id') : [])];
  }
  if (OF_USERS.has(name)) return hint('user', 'USER_EMAIL');
  if (name === 'RENAME_USER') return hint('user', 'NEW_VALUE');
  if (name === 'DELETE_USER') return hint('deleted-user', 'USER_EMAIL');
  if (OF_GROUPS.has(name)) return hint('group', 'GROUP_EMAIL');
  if (name === 'CHANGE_GROUP_EMAIL') return hint('group', 'NEW_VALUE');
  if (OF_MEMBERS.has(name)) {
    const removed = name === 'REMOVE_GROUP_MEMBER' ? left('GROUP_EMAIL', 'USER_EMAIL') : [];
    return [...hint('members', 'GROUP_EMAIL'), ...removed];
  }
  return OF_EVERYTHING.has(name) ? 'complete' : [];
}

/** The longest address has 320 characters. */
const LONGEST_KEY = 320;

function keyOf(text: string | undefined): string | undefined {
  const key = text?.trim().toLowerCase() ?? '';
  return key === '' || key.length > LONGEST_KEY || /[\s\0]/.test(key) ? undefined : key;
}
