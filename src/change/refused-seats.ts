import type { MovedMembers } from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import type { OutOfSeats } from '../licensing/index.js';

/** How an error names a membership among many: see Split. */
export function memberName(groupId: string, userId: string): string {
  return `${groupId} ${userId}`;
}

/** A full licence that refuses, and the objects of a command that would have needed its seats. */
export class RefusedSeats extends RollcallError {
  /**
   * Of each user who was refused, what is to blame: the user, or memberships that came or went. With more than one of
   * them it takes a try to know which.
   */
  readonly blamed: readonly (readonly string[])[];

  constructor(
    { kind, code, message, details, userIds }: OutOfSeats,
    affectedUserIds: readonly string[],
    moved: readonly MovedMembers[],
  ) {
    super(kind, code, message, details);
    const refused = new Map<string, string[]>(userIds.map((id) => [id, []]));
    for (const id of affectedUserIds) refused.get(id)?.push(id);
    for (const { groupId, userIds: members } of moved) {
      for (const id of members) refused.get(id)?.push(memberName(groupId, id));
    }
    this.blamed = [...refused.values()].filter((names) => names.length > 0);
  }
}
