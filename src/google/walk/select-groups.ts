import type { GoogleGroup } from '../client/index.js';
import type { GoogleSettings } from '../connections/index.js';

/** By what a group is wanted: `all`, `id`, or the rule in words, which picks up groups that are made later; or null. */
export function selectedBy({ id, name, email }: GoogleGroup, selection: GoogleSettings['selection']): string | null {
  if (selection.mode === 'all') return 'all';
  const { groupIds, groupRules } = selection;
  if (groupIds.length + groupRules.length === 0) return 'all';
  if (groupIds.includes(id)) return 'id';
  const values = { name: name.toLowerCase(), email: email.toLowerCase() };
  const rule = groupRules.find(({ field, prefix }) => values[field].startsWith(prefix.toLowerCase()));
  return rule === undefined ? null : `rule: ${rule.field} starts with ${rule.prefix}`;
}
