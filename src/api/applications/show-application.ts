import { createHash } from 'node:crypto';
import type { Administration, Guard } from '../../administration/index.js';
import { type Application, findApplication } from '../../licensing/index.js';
import { matching } from '../preconditions.js';

/** An application with the version of what is said of it. */
export type ShownApplication = Application & { readonly version: string };

/** @throws RollcallError `application.not-found` */
export async function showApplication({ database, site }: Administration, key: string): Promise<ShownApplication> {
  return withVersion(await findApplication(database, site.id, key));
}

export function withVersion(application: Application): ShownApplication {
  return { ...application, version: versionOf(application) };
}

/** Holds a command that keeps the structure of the site to what was seen of an application. */
export function applicationGuard({ site }: Administration, key: string, ifMatch: string | undefined): Guard {
  return matching(ifMatch, async (transaction) => {
    const reads = { read: <Row>(statement: Parameters<typeof transaction.run>[0]) => transaction.run<Row>(statement) };
    return versionOf(await findApplication(reads, site.id, key));
  });
}

const DIGITS = 22;

/** Of what administrators have decided; seats are taken and come free without them. */
function versionOf({ licences, ...rest }: Application): string {
  const decided = licences.map(({ used: _, waiting: __, warnedAt: ___, state: ____, ...licence }) => licence);
  const hash = createHash('sha256').update(JSON.stringify([rest, decided]));
  return hash.digest('base64url').slice(0, DIGITS);
}
