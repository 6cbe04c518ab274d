import type { PatchRules } from '../profiles/index.js';
import type { ResourceType } from '../schema/index.js';
import type { PatchLimits, PatchOperation } from './operation.js';
import { parseEnvelope } from './parse-envelope.js';
import { parseSentOperation } from './parse-sent-operation.js';
import { inOperation, operationError } from './patch-error.js';

/**
 * Reads and checks a whole PATCH request against a resource type, so that nothing is applied of one that is wrong
 * (RFC 7644 section 3.5.2). Nothing is read but the request: whether a value path has a target shows in applyPatch.
 * Throws 400 with the operation named first: invalidSyntax, invalidPath, invalidFilter, invalidValue, mutability and,
 * for a remove without a path, noTarget.
 */
export function parsePatch(
  type: ResourceType,
  body: unknown,
  rules: PatchRules,
  limits: PatchLimits,
): PatchOperation[] {
  const context = { type, rules, limits };
  const operations: PatchOperation[] = [];
  let members = 0;
  for (const sent of parseEnvelope(body, rules, limits.operations)) {
    for (const operation of inOperation(sent.label, () => parseSentOperation(context, sent))) {
      members += memberCount(operation);
      if (members > limits.members) {
        const detail = `the request names more members than the limit of ${limits.members} (LIMIT_MEMBERS_PER_REQUEST)`;
        throw operationError(sent.label, 'invalidValue', detail);
      }
      operations.push(operation);
    }
  }
  return operations;
}

function memberCount({ target }: PatchOperation): number {
  return target.kind === 'members' && 'ids' in target.change ? target.change.ids.length : 0;
}
