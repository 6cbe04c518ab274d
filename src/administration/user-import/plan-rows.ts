import { isDeepStrictEqual } from 'node:util';
import {
  comparisonKey,
  type DirectoryDocuments,
  findGroupsNamed,
  findUsersNamed,
  type ImportedUser,
  newObjectId,
  type UserNamed,
  type UserType,
} from '../../directory/index.js';
import { RollcallError } from '../../errors/index.js';
import type { Administration } from '../administration.js';
import { type ImportRow, importRow, type NumberedRow, type RowProblem } from './import-row.js';
import { changedAttributes, newAttributes } from './row-attributes.js';

/** A row that can be tried. */
export interface PlannedRow {
  readonly line: number;
  readonly row: ImportRow;
  readonly userName: string;
  readonly id: string;
  /** Undefined: a new user. */
  readonly existing: UserNamed | undefined;
  readonly imported: ImportedUser;
  /** Whether anything of the user would differ, but for groups and type. */
  readonly differs: boolean;
  /** Another type than the user has. */
  readonly type: UserType | undefined;
  readonly groupIds: readonly string[];
  /** Of what is left out, while the rest is done. */
  readonly problems: readonly RowProblem[];
}

/** A row that is not tried. */
export interface RefusedRow {
  readonly line: number;
  readonly userName: string | null;
  readonly problem: RowProblem;
}

export interface PlannedRows {
  readonly planned: readonly PlannedRow[];
  readonly refused: readonly RefusedRow[];
}

/** Reads the rows of one list, some at a time, and finds out whom they mean. */
export type PlanRows = (rows: readonly NumberedRow[]) => Promise<PlannedRows>;

const REASON = 'a row of an imported list';

export function createPlanRows(administration: Administration, documents: DirectoryDocuments): PlanRows {
  const { database, site } = administration;
  const seen = new Map<string, number>();
  const groups = new Map<string, readonly string[]>();

  /** The groups of a name, which are asked for once a list. */
  async function learnGroups(names: readonly string[]): Promise<void> {
    const unknown = [...new Set(names.map(comparisonKey))].filter((key) => !groups.has(key));
    if (unknown.length === 0) return;
    for (const key of unknown) groups.set(key, []);
    for (const { id, key } of await findGroupsNamed(database, site.id, unknown)) {
      groups.set(key, [...(groups.get(key) ?? []), id]);
    }
  }

  function groupsOf({ groups: names = [] }: ImportRow): { groupIds: string[]; problems: RowProblem[] } {
    const found = names.map((name) => ({ name, ids: groups.get(comparisonKey(name)) ?? [] }));
    return {
      groupIds: [...new Set(found.flatMap(({ ids }) => (ids.length === 1 ? ids : [])))],
      problems: found.flatMap(({ name, ids }) => {
        if (ids.length === 0) return [{ code: 'group.not-found', message: `There is no group "${name}".` }];
        if (ids.length === 1) return [];
        return [{ code: 'group.name-not-unique', message: `${ids.length} groups are called "${name}".` }];
      }),
    };
  }

  return async (rows) => {
    const refused: RefusedRow[] = [];
    const refuse = (line: number, message: string) =>
      refused.push({ line, userName: null, problem: { code: 'import.invalid-row', message } });
    const read = rows.flatMap((one) => {
      const { line } = one;
      if ('problem' in one) {
        refuse(line, one.problem);
        return [];
      }
      const { success, data, error } = importRow.safeParse(one.row);
      if (!success) {
        refuse(line, wordsOf(error.issues));
        return [];
      }
      // One of them is there: the schema sees to it.
      const userName = data.userName ?? data.email ?? '';
      const before = seen.get(comparisonKey(userName));
      if (before !== undefined) {
        const message = `Line ${before} is about the same user.`;
        refused.push({ line, userName, problem: { code: 'import.named-twice', message } });
        return [];
      }
      seen.set(comparisonKey(userName), line);
      return [{ line, row: data, userName }];
    });
    const names = read.map(({ userName }) => userName);
    const users = new Map((await findUsersNamed(database, site.id, names)).map((user) => [user.key, user]));
    await learnGroups(read.flatMap(({ row }) => row.groups ?? []));
    const planned = read.flatMap((one): PlannedRow[] => {
      try {
        const existing = users.get(comparisonKey(one.userName));
        requireUnmanaged(existing);
        return [{ ...one, ...planOf(documents, one, existing), ...groupsOf(one.row) }];
      } catch (error) {
        if (!(error instanceof RollcallError)) throw error;
        const { code, message } = error;
        refused.push({ line: one.line, userName: one.userName, problem: { code, message } });
        return [];
      }
    });
    return { planned, refused };
  };
}

function planOf(
  documents: DirectoryDocuments,
  { row, userName }: { readonly row: ImportRow; readonly userName: string },
  existing: UserNamed | undefined,
): Pick<PlannedRow, 'id' | 'existing' | 'imported' | 'differs' | 'type'> {
  const { active, type } = row;
  // An administrator calls nobody by a name of their own.
  const common = { externalId: '', reason: REASON, active };
  if (existing === undefined) {
    const id = newObjectId();
    const attributes = newAttributes(documents, row, userName);
    const imported: ImportedUser = { ...common, ...attributes, id, as: 'new', userName, type };
    return { id, existing, imported, differs: true, type: undefined };
  }
  const { id, document, state } = existing;
  const attributes = changedAttributes(documents, row, document);
  const edit: ImportedUser['edit'] = (current) => changedAttributes(documents, row, current);
  const shownActive = state === 'active' || state === 'invited';
  return {
    ...{ id, existing, type: type === existing.type ? undefined : type },
    imported: { ...common, ...attributes, id, as: 'own', edit },
    differs:
      (active !== undefined && active !== shownActive) ||
      Object.entries(attributes.document).some(([name, value]) => !isDeepStrictEqual(value, document[name])),
  };
}

/** What a connection says of its users it says again: a list that differs from it would not last. */
function requireUnmanaged(user: UserNamed | undefined): void {
  if (user === undefined || user.ownerConnectionId === null) return;
  const message = 'A connection manages this user: change them at the identity provider.';
  throw new RollcallError('forbidden', 'import.managed-user', message);
}

function wordsOf(issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]): string {
  return issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`)).join('; ');
}
