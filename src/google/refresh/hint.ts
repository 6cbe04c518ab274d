/**
 * What may have changed. `deleted-user`: somebody of this address was deleted, whoever has it by now; `members`: the
 * group and its list; `left`: who is said to have left a group, whose list comes by a hint of its own.
 */
export type HintKind = 'user' | 'deleted-user' | 'group' | 'members' | 'left';

export interface Hint {
  readonly kind: HintKind;
  /** Google's id, or an address in lower case; for `left` that of the group, a space, and that of the member. */
  readonly key: string;
}
