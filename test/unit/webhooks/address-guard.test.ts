import { describe, expect, it } from '@jest/globals';
import { createAddressGuard } from '../../../src/webhooks/delivery/address-guard.js';

const guard = createAddressGuard({ allowedAddresses: [], allowHttpLoopback: false });

const lookUp = (text: string, rules = guard, options: { all?: boolean } = { all: true }) => {
  const url = new URL(text);
  return new Promise<unknown>((resolve) =>
    rules.lookupFor(url)(url.hostname, options, (error, addresses) => resolve(error ?? addresses)),
  );
};

describe('where events may be sent', () => {
  it.each([
    'https://example.com/hook',
    'https://93.184.215.14:8443/hook?a=b',
    'https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/',
  ])('%s', (url) => {
    expect(guard.checkUrl(url).href).toBe(url);
  });

  it.each([
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f.0.0.1/',
    'https://0.0.0.0/',
    'https://10.0.0.1/',
    'https://172.16.3.4/',
    'https://192.168.1.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://100.64.0.1/',
    'https://224.0.0.1/',
    'https://255.255.255.255/',
    'https://198.18.0.1/',
    'https://[::1]/',
    'https://[::]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[::127.0.0.1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[64:ff9b:1::a00:1]/',
    'https://[2002:7f00:1::]/',
    'https://[fe80::1]/',
    'https://[fec0::1]/',
    'https://[fd00::1]/',
    'https://[ff02::1]/',
  ])('not %s, which is no public address', (url) => {
    expect(() => guard.checkUrl(url)).toThrow(/WEBHOOK_ALLOWED_ADDRESSES/);
  });

  it.each([
    'http://example.com/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'no URL',
    '',
    'https://ann:secret@example.com/',
    'https://example.com/#part',
    `https://example.com/${'x'.repeat(2048)}`,
  ])('not %s, which is no URL for events', (url) => {
    expect(() => guard.checkUrl(url)).toThrow(/URL/);
  });

  it('to addresses and subnets that are allowed, and to no others', () => {
    const allowing = createAddressGuard({
      allowedAddresses: ['10.1.0.0/16', '192.168.0.7', 'fd00:1::/32'],
      allowHttpLoopback: false,
    });
    for (const host of ['10.1.2.3', '192.168.0.7', '[fd00:1::5]', '[::ffff:10.1.2.3]']) {
      expect(allowing.checkUrl(`https://${host}/`).protocol).toBe('https:');
    }
    for (const host of ['10.2.0.1', '192.168.0.8', '[fd00:2::5]', '127.0.0.1']) {
      expect(() => allowing.checkUrl(`https://${host}/`)).toThrow(/no public address/);
    }
  });

  it('by http to this machine alone, where that is allowed', async () => {
    const loopback = createAddressGuard({ allowedAddresses: ['10.0.0.0/8'], allowHttpLoopback: true });
    for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
      expect(loopback.checkUrl(`http://${host}/`).protocol).toBe('http:');
    }
    expect(() => loopback.checkUrl('http://10.0.0.1/')).toThrow(/this machine alone/);
    expect(() => loopback.checkUrl('http://93.184.215.14/')).toThrow(/this machine alone/);
    expect(() => loopback.checkUrl('https://127.0.0.1/')).toThrow(/no public address/);
    expect(await lookUp('http://localhost/', loopback)).toEqual(
      expect.arrayContaining([expect.objectContaining({ address: expect.stringMatching(/^127\.|^::1$/) })]),
    );
    expect(await lookUp('http://localhost/', loopback, {})).toMatch(/^127\.|^::1$/);
  });

  it('not to a name that leads to such an address: what was looked up is what is connected to', async () => {
    expect(await lookUp('https://localhost/')).toMatchObject({ message: expect.stringMatching(/no public address/) });
    expect(await lookUp('https://nowhere.invalid/')).toMatchObject({
      code: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/),
    });
  });
});
