import { ScimError } from '../errors.js';
import { caselessMembers, type Schema } from '../schema/index.js';
import { isObject } from './json.js';
import type { PatchOperation } from './operation.js';
import { parseAttributeOperation } from './parse-attribute-operation.js';
import type { ParseContext } from './parse-context.js';
import type { SentOperation } from './parse-envelope.js';
import { inOperation } from './patch-error.js';
import { type ResolvedPath, resolvePath } from './resolve-path.js';

/** A name without dots, URNs or filters: all that a key may be where keys are no paths. */
const PLAIN_NAME = /^[$\w-]+$/;

/** The checked operations that one sent operation stands for. Throws 400 as listed at parsePatch. */
export function parseSentOperation(context: ParseContext, sent: SentOperation): PatchOperation[] {
  if (sent.kind !== 'remove' && sent.value === undefined) {
    throw new ScimError(400, 'invalidValue', 'value is missing');
  }
  if (sent.path === undefined) {
    if (sent.kind === 'remove') {
      throw new ScimError(400, 'noTarget', 'remove needs a path');
    }
    return parseKeys(context, sent, undefined);
  }
  const resolved = resolvePath(context.type, sent.path, context.rules, context.limits.filter);
  if (resolved === undefined) {
    throw new ScimError(400, 'invalidPath', `${context.type.name} has no attribute of this name`);
  }
  return parseResolved(context, sent, resolved, false);
}

function parseResolved(
  context: ParseContext,
  sent: SentOperation,
  resolved: ResolvedPath,
  isKey: boolean,
): PatchOperation[] {
  if (resolved.kind === 'attribute') {
    return parseAttributeOperation(context, sent, resolved.path, resolved.filter, isKey);
  }
  const { extension } = resolved;
  if (sent.kind !== 'remove' && sent.value !== null) {
    return parseKeys(context, sent, extension);
  }
  if (extension === undefined) {
    throw new ScimError(400, 'mutability', 'the core schema cannot be removed');
  }
  return [{ label: sent.label, kind: sent.kind, target: { kind: 'extension', schema: extension }, value: undefined }];
}

/**
 * One operation for each attribute of a value that is a part of the resource: all of it, or an extension's object
 * . Keys are paths where the rules say so.
 */
function parseKeys(context: ParseContext, sent: SentOperation, extension: Schema | undefined): PatchOperation[] {
  if (!isObject(sent.value)) {
    throw new ScimError(400, 'invalidValue', 'value must be an object of attributes');
  }
  caselessMembers(sent.value, '');
  return Object.entries(sent.value).flatMap(([key, value]) => {
    const keyed: SentOperation = { ...sent, label: { ...sent.label, path: key }, path: key, value };
    return inOperation(keyed.label, () => parseKey(context, keyed, key, extension));
  });
}

function parseKey(
  context: ParseContext,
  sent: SentOperation,
  key: string,
  extension: Schema | undefined,
): PatchOperation[] {
  const resolved = resolveKey(context, key, extension);
  if (resolved !== undefined) {
    return parseResolved(context, sent, resolved, true);
  }
  if (context.rules.unknownAttributes === 'ignore') {
    return [];
  }
  throw new ScimError(400, 'invalidSyntax', `${context.type.name} has no attribute of this name`);
}

function resolveKey(context: ParseContext, key: string, extension: Schema | undefined): ResolvedPath | undefined {
  const { type, rules, limits } = context;
  const isExtension = extension === undefined && type.extensions.some(({ schema }) => isSameUrn(schema.id, key));
  if (!isExtension && !PLAIN_NAME.test(key) && !rules.pathLessKeysArePaths) {
    return undefined;
  }
  try {
    return resolvePath(type, extension === undefined ? key : `${extension.id}:${key}`, rules, limits.filter);
  } catch (error) {
    // Keys such as "@odata.type" are foreign names rather than broken paths; only a bracket shows that a path is meant.
    if (error instanceof ScimError && error.scimType === 'invalidPath' && !key.includes('[')) {
      return undefined;
    }
    throw error;
  }
}

function isSameUrn(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
