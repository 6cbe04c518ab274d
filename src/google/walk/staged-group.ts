import type { GoogleGroup } from '../client/index.js';
import type { JsonObject } from '../json.js';
import { cleanText } from '../mapping/index.js';
import { type Documents, hashOf } from './staged-user.js';

/** A row of google_staged_groups, as far as the walk fills it. */
export interface StagedGroup {
  readonly google_id: string;
  readonly email: string;
  readonly name: string;
  readonly display_name: string;
  readonly document: JsonObject;
  readonly folded: JsonObject;
  readonly hash: string;
  readonly selected_by: string | null;
  readonly problem: string | null;
}

/** A group without a name goes by its address. Two of one name are told apart when the whole list is known. */
export function stagedGroup(group: GoogleGroup, selectedBy: string | null, documents: Documents): StagedGroup {
  const name = cleanText(group.name) ?? group.email;
  const known = { google_id: group.id, email: group.email, name, display_name: name, selected_by: selectedBy };
  try {
    const { document, folded } = documents.newGroup({ displayName: name });
    const only = (whole: object) => ({ displayName: (whole as JsonObject).displayName ?? name });
    return { ...known, document: only(document), folded: only(folded), hash: hashOf([name]), problem: null };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { ...known, document: {}, folded: {}, hash: '', problem };
  }
}
