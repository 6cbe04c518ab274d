import { type LookupAddress, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { RollcallError } from '../../errors/index.js';

export interface AddressRules {
  /** Addresses and subnets that may be reached although they are not public. */
  readonly allowedAddresses: readonly string[];
  /** http is allowed to this machine's own addresses. */
  readonly allowHttpLoopback: boolean;
}

/**
 * Decides which addresses events may be sent to: an administrator of a site who names a URL must not be able to make
 * the server speak to machines that only it can reach.
 */
export interface AddressGuard {
  /** @throws RollcallError `webhook.invalid-url`, `webhook.address-refused`; names are looked up only when it is sent */
  checkUrl(text: string): URL;
  /** Why a URL that names an address must not be connected to; undefined where it may, or names a host. */
  refusal(url: URL): string | undefined;
  /** Looks a host up and gives only addresses that may be reached, so that no other is ever connected to. */
  lookupFor(url: URL): LookupFunction;
}

const LONGEST_URL = 2048;

/** All IPv6 addresses that are given out to the public (RFC 4291 section 2.4); old ways to write IPv4 lie outside. */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3');

export function createAddressGuard({ allowedAddresses, allowHttpLoopback }: AddressRules): AddressGuard {
  const allowed = allowedAddresses.map(subnet);

  function permits(protocol: string, text: string): boolean {
    // An IPv4 address in IPv6 clothes is looked at as what it is.
    const address = ipaddr.process(text);
    if (protocol === 'http:') return allowHttpLoopback && address.range() === 'loopback';
    const isPublic = address.kind() === 'ipv4' || address.match(...GLOBAL_IPV6);
    if (isPublic && address.range() === 'unicast') return true;
    return allowed.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));
  }

  const refusal: AddressGuard['refusal'] = (url) => {
    const address = url.hostname.replace(/^\[|\]$/g, '');
    return isIP(address) === 0 || permits(url.protocol, address) ? undefined : refused(url, [address]);
  };

  return {
    refusal,
    checkUrl(text) {
      const url = URL.canParse(text) ? new URL(text) : undefined;
      const protocols = allowHttpLoopback ? ['https:', 'http:'] : ['https:'];
      if (url === undefined || !protocols.includes(url.protocol) || text.length > LONGEST_URL) {
        throw invalidUrl(`Write an https URL of at most ${LONGEST_URL} characters.`);
      }
      if (url.username !== '' || url.password !== '' || url.hash !== '') {
        throw invalidUrl('The URL must hold neither a user name, nor a password, nor a fragment.');
      }
      const reason = refusal(url);
      if (reason !== undefined) throw new RollcallError('invalid', 'webhook.address-refused', reason);
      return url;
    },
    lookupFor: (url) => (hostname, options, callback) => {
      lookup(hostname, { ...options, all: true }, (error, addresses) => {
        if (error !== null) return callback(error, '');
        const permitted = addresses.filter(({ address }) => permits(url.protocol, address));
        if (permitted.length === 0) {
          const found = addresses.map(({ address }) => address);
          return callback(Object.assign(new Error(refused(url, found)), { code: 'EADDRREFUSED' }), '');
        }
        // Node asks for all of them, or for one (net.connect with autoSelectFamily on or off).
        if (options.all === true) return callback(null, permitted);
        const { address, family } = permitted[0] as LookupAddress;
        callback(null, address, family);
      });
    },
  };
}

function subnet(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (text.includes('/')) return ipaddr.parseCIDR(text);
  const address = ipaddr.process(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

function refused(url: URL, addresses: readonly string[]): string {
  const what = `${url.hostname} is ${addresses.join(', ')}`;
  return url.protocol === 'http:'
    ? `${what}: http is for this machine alone (WEBHOOK_ALLOW_HTTP_LOOPBACK), use https`
    : `${what}, which is no public address; WEBHOOK_ALLOWED_ADDRESSES can allow it`;
}

function invalidUrl(message: string): RollcallError {
  return new RollcallError('invalid', 'webhook.invalid-url', message);
}
