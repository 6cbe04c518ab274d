import { ScimError } from '../errors.js';
import type { PatchRules } from '../profiles/index.js';
import { caselessMembers, type JsonValue, parseMessage } from '../schema/index.js';
import { isObject } from './json.js';
import type { PatchKind } from './operation.js';
import { type OperationLabel, operationError } from './patch-error.js';

const PATCH_URN = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** An operation as it stands in the request, its keys read and nothing resolved yet. */
export interface SentOperation {
  readonly label: OperationLabel;
  readonly kind: PatchKind;
  readonly path: string | undefined;
  /** `undefined` when the operation has no `value`; null is a value. */
  readonly value: JsonValue | undefined;
}

/** Reads the PatchOp message (RFC 7644 section 3.5.2). Throws 400 invalidSyntax, invalidPath invalidValue. */
export function parseEnvelope(body: unknown, rules: PatchRules, maximumOperations: number): SentOperation[] {
  const operations = parseMessage(body, PATCH_URN).get('operations');
  if (!Array.isArray(operations) || operations.length === 0) {
    throw new ScimError(400, 'invalidSyntax', 'Operations must be an array of at least one operation');
  }
  if (operations.length > maximumOperations) {
    const detail = `Operations holds ${operations.length} operations, more than the limit of ${maximumOperations} (LIMIT_PATCH_OPERATIONS)`;
    throw new ScimError(400, 'invalidValue', detail);
  }
  return operations.map((operation, index) => parseOperation(operation, index, rules));
}

function parseOperation(operation: JsonValue, index: number, rules: PatchRules): SentOperation {
  if (!isObject(operation)) {
    throw new ScimError(400, 'invalidSyntax', `Operations[${index}]: an operation must be an object`);
  }
  const members = caselessMembers(operation, `Operations[${index}]: `);
  const kind = parseKind(members.get('op'), index, rules);
  const path = members.get('path') ?? undefined;
  if (path !== undefined && typeof path !== 'string') {
    throw operationError({ index, op: kind, path: undefined }, 'invalidPath', 'path must be a string');
  }
  return { label: { index, op: kind, path }, kind, path, value: members.get('value') };
}

/** The longest `op` that is repeated in an error; the rest would be the client's own noise. */
const LONGEST_SHOWN_OP = 40;

function parseKind(op: JsonValue | undefined, index: number, rules: PatchRules): PatchKind {
  const name = typeof op === 'string' && rules.operationInAnyCase ? op.toLowerCase() : op;
  if (name === 'add' || name === 'remove' || name === 'replace') {
    return name;
  }
  const shown =
    typeof op === 'string' ? `"${op.slice(0, LONGEST_SHOWN_OP)}" is not supported` : 'is missing or no text';
  const detail = `Operations[${index}]: op ${shown}; it must be add, remove or replace`;
  throw new ScimError(400, 'invalidSyntax', detail);
}
