import { ScimError } from '../errors.js';
import type { PatchRules } from '../profiles/index.js';
import { type JsonObject, type ResourceType, type Schema, validateDocument } from '../schema/index.js';
import { sameValue } from './json.js';
import type { MemberChange, PatchOperation, PatchResult } from './operation.js';
import { patchAttribute } from './patch-attribute.js';
import { inOperation } from './patch-error.js';
import { readAttribute, writeAttribute } from './stored-attribute.js';

/** What the operations did that does not lie in the document. */
interface Outcome {
  externalId: { readonly value: string | undefined } | undefined;
  password: string | undefined;
  readonly members: MemberChange[];
}

/**
 * Carries out the operations in order on a copy of `document` (RFC 7644 section 3.5.2). All or nothing: an operation
 * that fails throws its 400 (noTarget, mutability, invalidValue) and leaves no trace.
 */
export function applyPatch(
  type: ResourceType,
  document: JsonObject,
  operations: readonly PatchOperation[],
  rules: PatchRules,
): PatchResult {
  const draft: JsonObject = { ...document };
  const outcome: Outcome = { externalId: undefined, password: undefined, members: [] };
  for (const operation of operations) {
    inOperation(operation.label, () => applyOperation(draft, operation, outcome, rules));
  }
  const patched = validateDocument(type, draft);
  return { document: patched, changed: !sameValue(document, patched), ...outcome };
}

function applyOperation(draft: JsonObject, operation: PatchOperation, outcome: Outcome, rules: PatchRules): void {
  const { target, value } = operation;
  switch (target.kind) {
    case 'attribute':
      patchAttribute(draft, operation, target, rules);
      return;
    case 'extension':
      clearExtension(draft, target.schema);
      return;
    case 'externalId':
      outcome.externalId = { value: typeof value === 'string' ? value : undefined };
      return;
    case 'password':
      outcome.password = typeof value === 'string' ? value : undefined;
      return;
    case 'members':
      outcome.members.push(target.change);
      return;
  }
}

/** Unassigns each attribute of the extension; one that may not go makes it 400 mutability. */
function clearExtension(draft: JsonObject, extension: Schema): void {
  for (const attribute of extension.attributes.values()) {
    const path = { extension, attribute, subAttribute: undefined };
    if (readAttribute(draft, path) === undefined) {
      continue;
    }
    if (attribute.required || attribute.mutability === 'readOnly' || attribute.mutability === 'immutable') {
      throw new ScimError(400, 'mutability', `${attribute.name} of ${extension.id} cannot be removed`);
    }
    writeAttribute(draft, path, undefined);
  }
}
