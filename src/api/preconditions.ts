import type { Guard } from '../administration/index.js';
import type { Transaction } from '../database/index.js';
import { RollcallError } from '../errors/index.js';

/** The entity tag of a version (RFC 9110 section 8.8.3); weak, as what is computed of others may be shown beside it. */
export function entityTag(version: string | number): string {
  return `W/"${version}"`;
}

/** For `etag` of a route whose answer has a version; that a text may be a time is what Sendable says of every text. */
export const versionTag = ({ version }: { readonly version: string | number | Date }): string =>
  entityTag(String(version));

/**
 * Holds a command to the version that the client saw. It is compared under the command's locks, so that nobody comes
 * in between. Tags compare without their `W/`, as everywhere here: see docs/api.md.
 * @param versionOf reads the version as it is now; undefined where there is no such object, which the command says itself
 */
export function matching(
  ifMatch: string | undefined,
  versionOf: (transaction: Transaction) => Promise<string | number | undefined>,
): Guard {
  return (command) =>
    ifMatch === undefined
      ? command
      : {
          ...command,
          async run(transaction, held) {
            const version = await versionOf(transaction);
            if (version !== undefined && !matches(ifMatch, version)) throw stale(version);
            return command.run(transaction, held);
          },
        };
}

function matches(header: string, version: string | number): boolean {
  if (header.trim() === '*') return true;
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === `"${version}"`);
}

function stale(version: string | number): RollcallError {
  const message = `If-Match: it has changed; its entity tag is now ${entityTag(version)}.`;
  return new RollcallError('stale', 'request.stale', message);
}
