import { ScimError } from '../errors.js';
import { caselessMembers, type JsonObject, type JsonValue, parseMessage } from '../schema/index.js';
import type { BulkMethod, BulkOperation, BulkRequest } from './bulk-operation.js';
import { referencesOf } from './references.js';

export const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

const METHODS: ReadonlySet<string> = new Set<BulkMethod>(['POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * Reads the envelope (RFC 7644 section 3.7). What is wrong with one operation is that operation's result; what is wrong
 * with the envelope refuses all of it (BLK-21).
 * @throws ScimError 400 invalidSyntax, 413 that names maxOperations
 */
export function parseBulk(body: unknown, maxOperations: number): BulkRequest {
  const message = parseMessage(body, BULK_REQUEST);
  const list = message.get('operations');
  if (!Array.isArray(list) || list.length === 0) throw invalidSyntax('Operations must be a list that is not empty.');
  if (list.length > maxOperations) {
    const detail = `The request has ${list.length} operations; maxOperations is ${maxOperations} (LIMIT_BULK_OPERATIONS).`;
    throw new ScimError(413, undefined, detail);
  }
  const operations = list.map(parseOperation);
  return { operations: refuseDuplicates(operations), failOnErrors: failOnErrors(message.get('failonerrors')) };
}

function failOnErrors(value: JsonValue | undefined): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value;
  throw new ScimError(400, 'invalidValue', 'failOnErrors must be a whole number, 1 or more.');
}

function parseOperation(sent: JsonValue, index: number): BulkOperation {
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) {
    throw invalidSyntax(`Operations[${index}] must be an object.`);
  }
  const members = caselessMembers(sent, `Operations[${index}].`);
  const text = (name: string) => {
    const value = members.get(name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const method = text('method')?.toUpperCase() ?? '';
  const path = text('path') ?? '';
  const data = members.get('data') ?? undefined;
  const bulkId = text('bulkid');
  return {
    method,
    path: path.startsWith('/') ? path : `/${path}`,
    bulkId,
    version: text('version'),
    data,
    refusal: refusalOf({ method, path, data, bulkId }),
    references: referencesOf(path, data),
  };
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly data: JsonValue | undefined;
  readonly bulkId: string | undefined;
}

function refusalOf({ method, path, data, bulkId }: Sent): ScimError | undefined {
  if (!METHODS.has(method)) return invalidSyntax('method must be POST, PUT, PATCH or DELETE.');
  if (path === '') return invalidSyntax('path must name an endpoint or a resource.');
  if (path.includes('?')) return invalidSyntax('path must have no query.');
  if (method === 'POST' && bulkId === undefined) return invalidSyntax('bulkId is required when method is POST.');
  if (method !== 'DELETE' && !isObject(data)) return invalidSyntax(`data must be an object when method is ${method}.`);
  return undefined;
}

/** BLK-05: of operations that share a bulkId nobody could say which one is meant. */
function refuseDuplicates(operations: readonly BulkOperation[]): BulkOperation[] {
  const counts = new Map<string, number>();
  for (const { bulkId } of operations) if (bulkId !== undefined) counts.set(bulkId, (counts.get(bulkId) ?? 0) + 1);
  return operations.map((operation) =>
    operation.method === 'POST' && (counts.get(operation.bulkId ?? '') ?? 0) > 1
      ? {
          ...operation,
          refusal: operation.refusal ?? invalidSyntax(`bulkId "${operation.bulkId?.slice(0, 64)}" is not unique.`),
        }
      : operation,
  );
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalidSyntax(detail: string): ScimError {
  return new ScimError(400, 'invalidSyntax', detail);
}
