import { Resolver } from 'node:dns/promises';
import { types } from 'node:util';
import { RollcallError } from '../errors/index.js';

/** Whoever asks waits for the answer; slow servers are asked again later. */
const LONGEST_WAIT = 5_000;

/** A domain has many TXT records of others; the first ones are enough to see which name server answered. */
const RECORDS_SHOWN = 5;

/** What a name server says about a name that has no TXT record. */
const NO_RECORD = new Set(['ENODATA', 'ENOTFOUND']);

/**
 * Looks for the record among the TXT records of the domain, at the given servers or this machine's own.
 * @throws RollcallError `domain.record-not-found`, which says what is there instead, or `domain.dns-failed`
 */
export async function requireChallenge(domain: string, record: string, servers: readonly string[]): Promise<void> {
  const records = await txtRecords(domain, servers);
  if (records.includes(record)) return;
  const shown = records.slice(0, RECORDS_SHOWN).map((text) => JSON.stringify(text));
  if (records.length > RECORDS_SHOWN) shown.push(`${records.length - RECORDS_SHOWN} more`);
  const found = shown.length === 0 ? 'it has none' : `it has ${shown.join(', ')}`;
  throw new RollcallError(
    'invalid',
    'domain.record-not-found',
    `${domain} needs the TXT record "${record}"; ${found}. A new record may take a while to be seen.`,
  );
}

async function txtRecords(domain: string, servers: readonly string[]): Promise<string[]> {
  const resolver = new Resolver({ timeout: LONGEST_WAIT, tries: 1 });
  if (servers.length > 0) resolver.setServers(servers);
  // Several servers are asked one after the other, each with the time of its own.
  const end = setTimeout(() => resolver.cancel(), LONGEST_WAIT);
  try {
    // A record longer than 255 bytes comes in parts.
    return (await resolver.resolveTxt(domain)).map((parts) => parts.join(''));
  } catch (error) {
    const code = types.isNativeError(error) && 'code' in error ? String(error.code) : String(error);
    if (NO_RECORD.has(code)) return [];
    const reason = code === 'ECANCELLED' || code === 'ETIMEOUT' ? 'no answer within 5 seconds' : code;
    throw new RollcallError(
      'unavailable',
      'domain.dns-failed',
      `The TXT records of ${domain} cannot be read (${reason}, asked ${resolver.getServers().join(', ')}).`,
      { cause: code },
      { cause: error },
    );
  } finally {
    clearTimeout(end);
  }
}
