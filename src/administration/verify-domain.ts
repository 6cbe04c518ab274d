import { challengeRecord, type Domain, listDomains, verifyDomain } from '../directory/index.js';
import type { Administration } from './administration.js';
import { requireChallenge } from './verify-record.js';

/** A domain with the TXT record that proves it. */
export type DomainView = Domain & { readonly record: string };

export function domainView(domain: Domain): DomainView {
  return { ...domain, record: challengeRecord(domain) };
}

/**
 * Proves a domain by its TXT record, or takes the operator's word for it.
 * @throws RollcallError `domain.not-found`, `domain.record-not-found`, `domain.dns-failed`, `domain.of-another-site`
 */
export function proveDomain(
  { config, database, change, actor, site }: Administration,
  name: string,
  by: 'dns' | 'operator',
): Promise<Domain> {
  return change.run(actor, { action: 'domain.verify', objectType: 'Domain' }, async () => {
    const claimed = (await listDomains(database, site.id)).find((known) => known.name === name.toLowerCase());
    // An unknown domain is the command's own error, and a proved one needs no second proof.
    if (by === 'dns' && claimed?.verifiedAt === null) {
      await requireChallenge(claimed.name, challengeRecord(claimed), config.dns.resolvers);
    }
    return verifyDomain(actor, name, by);
  });
}
