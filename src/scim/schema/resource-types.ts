import { GROUP, USER } from './core-schemas.js';
import type { ResourceType } from './types.js';

/** What the engine serves to every connection. */
export interface ResourceTypes {
  /** Of RFC 7643 section 4.1, with the operator's extensions. */
  readonly user: ResourceType;
  /** Section 4.2, likewise. */
  readonly group: ResourceType;
  /** The operator's own. */
  readonly others: readonly ResourceType[];
}

/** Without any file of an operator. */
export const CORE_TYPES: ResourceTypes = { user: USER, group: GROUP, others: [] };

export function allTypes({ user, group, others }: ResourceTypes): readonly ResourceType[] {
  return [user, group, ...others];
}
