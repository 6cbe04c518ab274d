import type { JsonObject } from './json.ts';
import type { SortedIndex } from './sorted-index.ts';

/** A user as the emulator keeps it; times are milliseconds since 1970. */
export interface UserRecord {
  readonly id: string;
  primaryEmail: string;
  givenName: string;
  familyName: string;
  displayName: string | undefined;
  orgUnitPath: string;
  isAdmin: boolean;
  isDelegatedAdmin: boolean;
  suspended: boolean;
  suspensionReason: string | undefined;
  archived: boolean;
  creationTime: number;
  lastLoginTime: number | undefined;
  suspensionTime: number | undefined;
  archivalTime: number | undefined;
  deletionTime: number | undefined;
  aliases: readonly string[];
  /** Everything else, named and shaped as the API shows it: phones, organizations, relations, customSchemas … */
  attributes: JsonObject;
  version: number;
}

/** What is wanted of a new user; a domain of the customer in the address is all that is needed. */
export interface NewUser {
  readonly primaryEmail: string;
  readonly id?: string;
  readonly givenName?: string;
  readonly familyName?: string;
  readonly displayName?: string;
  readonly orgUnitPath?: string;
  readonly isAdmin?: boolean;
  readonly suspended?: boolean;
  readonly archived?: boolean;
  readonly aliases?: readonly string[];
  readonly attributes?: JsonObject;
}

export interface UserChange {
  readonly givenName?: string;
  readonly familyName?: string;
  readonly displayName?: string;
  readonly orgUnitPath?: string;
  readonly isAdmin?: boolean;
  readonly isDelegatedAdmin?: boolean;
  readonly aliases?: readonly string[];
  readonly lastLoginTime?: number;
  /** Laid over what is there; an attribute that is undefined or null goes. */
  readonly attributes?: JsonObject;
}

export type MemberType = 'USER' | 'GROUP' | 'CUSTOMER' | 'EXTERNAL';
export type MemberRole = 'OWNER' | 'MANAGER' | 'MEMBER';

/** A direct member. Replaced as a whole, since seeded groups share them. */
export interface MemberRecord {
  readonly id: string;
  readonly type: MemberType;
  readonly role: MemberRole;
  /** Where it is not the primary address of the user or group of that id: an alias, or an address outside. */
  readonly email?: string;
}

export interface GroupRecord {
  readonly id: string;
  email: string;
  name: string;
  description: string;
  aliases: readonly string[];
  adminCreated: boolean;
  readonly members: SortedIndex<MemberRecord>;
  version: number;
}

export interface NewGroup {
  readonly email: string;
  readonly id?: string;
  readonly name?: string;
  readonly description?: string;
  readonly aliases?: readonly string[];
}

export interface GroupChange {
  readonly name?: string;
  readonly description?: string;
  readonly aliases?: readonly string[];
}

/** A member to be added: by `member`, an id or an address; 'CUSTOMER' stands for everybody of the customer. */
export interface NewMember {
  readonly member: string;
  readonly role?: MemberRole;
}

export interface OrgUnitRecord {
  readonly id: string;
  path: string;
  name: string;
  description: string;
  parentId: string | undefined;
  version: number;
}

export interface DomainRecord {
  readonly name: string;
  readonly primary: boolean;
  readonly aliases: readonly string[];
  readonly creationTime: number;
}
