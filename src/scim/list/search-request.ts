import { type JsonValue, parseMessage } from '../schema/index.js';
import { invalidParameter, type ListQuery, readQuery } from './list-query.js';

const SEARCH_URN = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

/**
 * The query in the body of a POST to `.search` (RFC 7644 section 3.4.3). `attributes` may also be one text with commas,
 * as in a URL (SRCH-08). @throws ScimError 400 invalidSyntax, or invalidValue that names the parameter
 */
export function parseSearchRequest(body: unknown): ListQuery {
  const members = parseMessage(body, SEARCH_URN);
  // null says "unassigned" everywhere in SCIM (RFC 7643 section 2.5).
  const sent = (name: string): JsonValue | undefined => members.get(name.toLowerCase()) ?? undefined;
  return readQuery(
    {
      text(name) {
        const value = sent(name);
        if (value === undefined || typeof value === 'string') return value;
        throw invalidParameter(name, 'must be a text');
      },
      wholeNumber(name) {
        const value = sent(name);
        if (value === undefined || (typeof value === 'number' && Number.isInteger(value))) return value;
        throw invalidParameter(name, 'must be a whole number, not in quotes');
      },
      names(name) {
        const value = sent(name) ?? [];
        const list = Array.isArray(value) ? value : [value];
        return list.map((attribute) => {
          if (typeof attribute === 'string') return attribute;
          throw invalidParameter(name, 'must be an array of attribute names');
        });
      },
    },
    false,
  );
}
