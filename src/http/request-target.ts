import { ScimError } from '../scim/index.js';

/** What the request line says, taken apart. */
export interface RequestTarget {
  readonly connectionKey: string;
  /** Below the base URL: decoded once, with one slash before each name and none at the end. */
  readonly path: string;
  readonly query: URLSearchParams;
}

const ORIGIN = /^https?:\/\/[^/?]*/i;
const VERSION = /^v\d+$/i;

/**
 * Takes the target of a request under /scim apart. Without a version the newest one is meant (RFC 7644 section 3.13).
 * @throws ScimError 400 invalidVers for a version we do not speak, 400 invalidSyntax for broken percent-encoding, 404
 */
export function parseTarget(target: string): RequestTarget {
  // A proxy may send the absolute form (RFC 9112 section 3.2.2).
  const relative = target.startsWith('/') ? target : target.replace(ORIGIN, '');
  const mark = relative.indexOf('?');
  const path = decode(mark === -1 ? relative : relative.slice(0, mark), 'path');
  if (path.includes('\0')) throw notFound();
  const names = path.split('/').filter((name) => name !== '');
  // The first one is `scim`.
  let next = 1;
  const version = names[next];
  if (version !== undefined && VERSION.test(version)) {
    if (version.toLowerCase() !== 'v2') throw new ScimError(400, 'invalidVers', 'Only SCIM version v2 is spoken here.');
    next++;
  }
  const connectionKey = names[next];
  if (connectionKey === undefined) throw notFound();
  return {
    connectionKey,
    path: `/${names.slice(next + 1).join('/')}`,
    query: parseQuery(mark === -1 ? '' : relative.slice(mark + 1)),
  };
}

/** URLSearchParams takes `+` for a blank and overlooks a trailing `&`; it would also overlook broken encoding. */
function parseQuery(text: string): URLSearchParams {
  if (text.includes('%')) decode(text, 'query');
  return new URLSearchParams(text);
}

function decode(text: string, part: 'path' | 'query'): string {
  try {
    return text.includes('%') ? decodeURIComponent(text) : text;
  } catch {
    throw new ScimError(400, 'invalidSyntax', `The ${part} of the URL is not valid percent-encoded UTF-8.`);
  }
}

function notFound(): ScimError {
  return new ScimError(404, undefined, 'There is nothing here. A base URL ends in /scim/v2/ and a connection key.');
}
