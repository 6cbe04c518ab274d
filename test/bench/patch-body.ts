interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path: string;
  readonly value?: unknown;
}

/** The body of a PATCH (RFC 7644 section 3.5.2). */
export function patchBody(...operations: readonly PatchOperation[]): string {
  return JSON.stringify({ schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations });
}

export function addMembers(ids: readonly string[]): string {
  return patchBody({ op: 'add', path: 'members', value: ids.map((value) => ({ value })) });
}

export function removeMember(id: string): string {
  return patchBody({ op: 'remove', path: `members[value eq "${id}"]` });
}
