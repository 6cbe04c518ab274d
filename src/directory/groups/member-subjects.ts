import type { AttributeChange } from '../attribute-changes.js';
import type { Subject } from '../command.js';

/** The subjects of a log entry for members that came and went. */
export function memberSubjects(
  kind: 'User' | 'Group',
  delta: { readonly [Way in 'added' | 'removed']: Iterable<string> },
): Subject[] {
  return [
    ...[...delta.added].map((id): Subject => ({ kind, id, effect: 'member-added' })),
    ...[...delta.removed].map((id): Subject => ({ kind, id, effect: 'member-removed' })),
  ];
}

/** How many came and went; who they are stands among the entry's subjects: a group of 100,000 is one entry. */
export function membersChange(subjects: readonly Subject[]): AttributeChange {
  const count = (effect: string) => subjects.filter((subject) => subject.effect === effect).length;
  return {
    attribute: 'members',
    old: { removed: count('member-removed') },
    new: { added: count('member-added') },
  };
}
