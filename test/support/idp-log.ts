import type { LogEntry, Outcome } from '../../src/log/index.js';

/** Old and new value by attribute. */
export type Changed = Readonly<Record<string, { readonly old?: unknown; readonly new?: unknown }>>;

/** What an entry of the log says; `outcome` is success and `changed` nothing unless given. */
export interface LogExpectation {
  readonly action: string;
  readonly objectId?: string | null;
  readonly outcome?: Outcome;
  readonly changed?: Changed;
  /** Of a refusal. */
  readonly errorCode?: string;
  /** Who came and went, got and lost access: `{ 'member-added': [id] }`. */
  readonly subjects?: Readonly<Record<string, readonly string[]>>;
}

/** An entry in the words of LogExpectation. */
export function logView(entry: LogEntry): LogExpectation {
  const changed: Record<string, { old?: unknown; new?: unknown }> = {};
  for (const { attribute, ...values } of entry.personal?.changes ?? []) changed[attribute] = values;
  for (const attribute of entry.changed) changed[attribute] ??= {};
  const subjects: Record<string, string[]> = {};
  // An entry shows the first 100; which those are of more is nobody's to expect.
  const complete = entry.subjectCount === entry.subjects.length ? entry.subjects : [];
  for (const { id, effect } of complete) {
    // access-granted:{application}: which one, expectSeats tells.
    const [name = effect] = effect.split(':');
    subjects[name] = [...new Set([...(subjects[name] ?? []), id])].sort();
  }
  return {
    action: entry.action,
    objectId: entry.objectId,
    outcome: entry.outcome,
    changed,
    ...(entry.errorCode === null ? {} : { errorCode: entry.errorCode }),
    ...(Object.keys(subjects).length === 0 ? {} : { subjects }),
  };
}

/** An expectation with what it leaves out. */
export function wholeExpectation(expected: LogExpectation): LogExpectation {
  const { subjects } = expected;
  return {
    outcome: 'success',
    changed: {},
    ...expected,
    ...(subjects === undefined ? {} : { subjects: mapValues(subjects, (ids) => [...ids].sort()) }),
  };
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}

/** `changed` of a group whose members came and went. */
export function membersChanged(added: number, removed: number): Changed {
  return { members: { old: { removed }, new: { added } } };
}

/** `changed` of what was not there before. */
export function given(attributes: Readonly<Record<string, unknown>>): Changed {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, { new: value }]));
}

/** `changed` of one attribute. */
export function from(attribute: string, old: unknown, now: unknown): Changed {
  return {
    [attribute]: { ...(old === undefined ? {} : { old }), ...(now === undefined ? {} : { new: now }) },
  };
}

/** A person with the seat of `studio` is disabled, and `next` moves up. */
export function disabledEntry(objectId: string, next: string): LogExpectation {
  const subjects = { 'access-removed': [objectId], 'access-granted': [next] };
  return { action: 'user.update', objectId, changed: from('active', true, false), subjects };
}

/** The person is enabled again, gets `wiki` and waits for `studio`. */
export function enabledEntry(objectId: string): LogExpectation {
  const subjects = { 'access-granted': [objectId], 'access-waiting': [objectId] };
  return { action: 'user.update', objectId, outcome: 'waiting', changed: from('active', false, true), subjects };
}

/** People become members of a group and get its role at once. */
export function addedEntry(objectId: string, people: readonly string[]): LogExpectation {
  const subjects = { 'member-added': people, 'access-granted': people };
  return { action: 'group.update', objectId, changed: membersChanged(people.length, 0), subjects };
}

/** A person becomes a member of a group whose role has no seat left. */
export function queuedEntry(objectId: string, person: string): LogExpectation {
  const subjects = { 'member-added': [person], 'access-waiting': [person] };
  return { action: 'group.update', objectId, outcome: 'waiting', changed: membersChanged(1, 0), subjects };
}

/** A member with the seat of `studio` goes, and `next` moves up. */
export function removedEntry(objectId: string, person: string, next: string): LogExpectation {
  const subjects = { 'member-removed': [person], 'access-removed': [person], 'access-granted': [next] };
  return { action: 'group.update', objectId, changed: membersChanged(0, 1), subjects };
}

/** A user or group is deleted; `subjects` are whom that touched. */
export function deletedEntry(
  kind: 'user' | 'group',
  objectId: string,
  subjects?: NonNullable<LogExpectation['subjects']>,
): LogExpectation {
  const changed = given({ deleted: true });
  return { action: `${kind}.delete`, objectId, changed, ...(subjects === undefined ? {} : { subjects }) };
}
