import { accessVersion } from '../../licensing/index.js';
import type { PatchOperation } from '../patch/index.js';
import type { AttributePath } from '../schema/index.js';

/** The number of the resource's version, and what names the access that was shown with it. */
const TAG = /^(?:W\/)?"\d+(?:\.([0-9a-f]+))?"$/;

/**
 * Whether the body of a PUT stems from a representation that showed the same access as now: its own `meta.version`
 * says so. Identity providers that put back what they got send it along.
 */
export function bodyShowsCurrent(body: unknown, shown: string | null): boolean {
  const version = member(member(body, 'meta'), 'version');
  const tag = typeof version === 'string' ? TAG.exec(version.trim()) : null;
  return tag !== null && tag[1] === accessVersion(shown);
}

/** Whether a precondition names the one version that the client has seen; `*` only says that there is one. */
export function namesVersion(ifMatch: string | undefined): boolean {
  return ifMatch !== undefined && ifMatch.trim() !== '*' && !ifMatch.includes(',');
}

/** Whether a PATCH says anything of an attribute, or of a part of its values. */
export function touches(operations: readonly PatchOperation[], attribute: string): boolean {
  return operations.some(({ target }) => target.kind === 'attribute' && isCore(target.path, attribute));
}

/** Whether a PATCH sets all roles at once, as a PUT does, instead of naming those that come. */
export function replacesRoles(operations: readonly PatchOperation[]): boolean {
  return operations.some(
    ({ kind, target }) =>
      kind === 'replace' &&
      target.kind === 'attribute' &&
      target.filter === undefined &&
      target.path.subAttribute === undefined &&
      isCore(target.path, 'roles'),
  );
}

function isCore({ extension, attribute }: AttributePath, name: string): boolean {
  return extension === undefined && attribute.name === name;
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const found = Object.entries(value).find(([key]) => key.toLowerCase() === name);
  return found?.[1];
}
