import { createHash } from 'node:crypto';
import { comparisonKey, type DirectoryDocuments, type UserProfile } from '../../directory/index.js';
import type { GoogleUser } from '../client/index.js';
import type { JsonObject } from '../json.js';
import type { Mapping } from '../mapping/index.js';

/** Makes of a resource as SCIM has it what the directory keeps, and refuses what is none. */
export type Documents = Pick<DirectoryDocuments, 'newUser' | 'newGroup'>;

export type StagedState = 'active' | 'suspended' | 'archived' | 'deleted';

/** A row of google_staged_users, as far as the walk fills it. */
export interface StagedUser {
  readonly google_id: string;
  readonly user_name: string;
  readonly user_name_key: string;
  readonly address_keys: readonly string[];
  readonly state: StagedState;
  readonly org_unit: string;
  readonly made_at: string | null;
  readonly display_name: string | null;
  readonly emails: UserProfile['emails'];
  readonly manager_key: string | null;
  readonly document: JsonObject;
  readonly folded: JsonObject;
  readonly cleared: readonly string[];
  readonly hash: string;
  readonly same: boolean;
  readonly problem: string | null;
}

/**
 * What the plan needs of a user of Google; a user that cannot be mapped has a problem and keeps what is there.
 * @param applied the hashes of what was applied last: whose is the same needs no values
 */
export function stagedUser(
  user: GoogleUser,
  mapping: Mapping,
  documents: Documents,
  applied: ReadonlyMap<string, string>,
): StagedUser {
  const addresses = [user.primaryEmail, ...user.aliases, ...user.nonEditableAliases];
  const state = stateOf(user);
  const known = {
    google_id: user.id,
    user_name: user.primaryEmail,
    user_name_key: comparisonKey(user.primaryEmail),
    address_keys: [...new Set(addresses.map(comparisonKey))],
    state,
    org_unit: user.orgUnitPath,
    made_at: timeOf(user.creationTime),
  };
  const { resource, managerAddress } = mapping.resourceOf(user.resource);
  const manager_key = managerAddress === undefined ? null : comparisonKey(managerAddress);
  const hash = hashOf([user.primaryEmail, resource, manager_key, mapping.hash]);
  if (applied.get(user.id) === hash) return { ...known, ...NOTHING, manager_key, hash, same: true, problem: null };
  try {
    const { profile } = documents.newUser({ ...resource, userName: user.primaryEmail });
    const { document, folded } = owned(profile, mapping);
    const cleared = mapping.owned.filter((name) => !Object.hasOwn(document, name));
    const display_name = profile.displayName ?? null;
    const values = { display_name, emails: profile.emails, manager_key, document, folded, cleared };
    return { ...known, ...values, hash, same: false, problem: null };
  } catch (error) {
    const problem = error instanceof Error ? messageOf(error) : String(error);
    return { ...known, ...NOTHING, manager_key, hash, same: false, problem };
  }
}

const NOTHING = { display_name: null, emails: [], document: {}, folded: {}, cleared: [] };

/** `active` and `schemas` are the directory's to keep. */
function owned(
  { document, folded }: UserProfile,
  { owned: names }: Mapping,
): { document: JsonObject; folded: JsonObject } {
  const only = (whole: UserProfile['document']) =>
    Object.fromEntries(
      names.flatMap((name) => (Object.hasOwn(whole, name) ? [[name, whole[name]]] : [])),
    ) as JsonObject;
  return { document: only(document), folded: only(folded) };
}

function stateOf({ suspended, archived, deletionTime }: GoogleUser): StagedState {
  if (deletionTime !== undefined) return 'deleted';
  if (archived) return 'archived';
  return suspended ? 'suspended' : 'active';
}

function timeOf(text: string | undefined): string | null {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

function messageOf(error: Error): string {
  return 'detail' in error && typeof error.detail === 'string' ? error.detail : error.message;
}

export function hashOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
