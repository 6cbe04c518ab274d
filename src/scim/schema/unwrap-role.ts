/**
 * A role as Entra's app role mappings send it: the whole role as JSON text in `value` (SingleAppRoleAssignment), or
 * with `displayName` for `display`.
 * @returns the role with its parts where the schema has them; as it was when it is neither
 */
export function unwrapRole(role: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const names = new Map(Object.keys(role).map((name) => [name.toLowerCase(), name]));
  const valueName = names.get('value');
  const text = valueName === undefined ? undefined : role[valueName];
  const inner = typeof text === 'string' && text.trimStart().startsWith('{') ? parsedObject(text) : undefined;
  const displayName = names.get('displayname');
  if (inner === undefined) {
    if (displayName === undefined || names.has('display')) return role;
    const { [displayName]: display, ...rest } = role;
    return { ...rest, display };
  }
  const { [valueName ?? 'value']: _wrapped, ...rest } = role;
  const display = inner.get('displayname') ?? inner.get('display');
  return {
    ...rest,
    value: inner.get('value') ?? inner.get('id'),
    ...(display !== undefined && !names.has('display') ? { display } : {}),
  };
}

/** The members of a JSON object by lower-case name. */
function parsedObject(text: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
    const members = new Map(Object.entries(parsed).map(([name, value]) => [name.toLowerCase(), value]));
    return members.has('value') || members.has('id') ? members : undefined;
  } catch {
    // A role may be called "{…" without being JSON: then that is its value.
    return undefined;
  }
}
