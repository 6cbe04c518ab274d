import { describe, expect, it } from '@jest/globals';
import { bindFilter, bindSort, parseFilter } from '../../../src/scim/filter/index.js';
import { GROUP, USER } from '../../../src/scim/schema/index.js';

const LIMITS = { length: 4000, depth: 10, terms: 50 };
const OPTIONS = { booleanStrings: true, bareExtensionNames: true };
const bind = (text: string, options = OPTIONS) => bindFilter(parseFilter(text, LIMITS), USER, options);
const refusal = (text: string, detail: string) =>
  expect(() => bind(text)).toThrow(
    expect.objectContaining({ status: 400, scimType: 'invalidFilter', detail: expect.stringContaining(detail) }),
  );

describe('bindFilter', () => {
  it('FLT-14, FLT-30, FLT-32: resolves names in any case, with and without URN', () => {
    const plain = bind('userName sw "J"');
    expect(bind('urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"')).toEqual(plain);
    expect(bind('URN:IETF:params:scim:schemas:core:2.0:user:USERNAME sw "J"')).toEqual(plain);
  });

  it('FLT-31: resolves extension attributes, also by their bare name where that is tolerated', () => {
    const path = { extension: { id: expect.stringContaining('enterprise') }, subAttribute: { name: 'value' } };
    expect(bind('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "x"')).toMatchObject({
      path,
    });
    expect(bind('manager eq "x"')).toMatchObject({ path });
    expect(() => bind('manager eq "x"', { ...OPTIONS, bareExtensionNames: false })).toThrow('manager');
  });

  it('FLT-11, FLT-12, FLT-48, A-49: refuses operators that the type does not have', () => {
    for (const operator of ['gt', 'ge', 'lt', 'le', 'co', 'sw', 'ew']) refusal(`active ${operator} true`, 'boolean');
    for (const operator of ['gt', 'ge', 'lt', 'le', 'co', 'sw', 'ew']) {
      refusal(`x509Certificates.value ${operator} "x"`, 'binary');
    }
    for (const operator of ['co', 'sw', 'ew']) refusal(`meta.created ${operator} "2026"`, 'dateTime');
  });

  it('FLT-13, A-06: takes boolean strings where they are tolerated', () => {
    expect(bind('active eq "True"')).toMatchObject({ value: true, given: true });
    expect(bind('active eq "FALSE"')).toMatchObject({ value: false });
    refusal('active eq "yes"', 'boolean');
    expect(() => bind('active eq "True"', { ...OPTIONS, booleanStrings: false })).toThrow('boolean');
  });

  it('FLT-29, A-12: a complex attribute stands for its value', () => {
    expect(bind('emails co "example.com"')).toEqual(bind('emails.value co "example.com"'));
    refusal('addresses eq "x"', 'complex');
    refusal('name eq "x"', 'complex');
  });

  it('FLT-38: null is "has no value"', () => {
    expect(bind('title eq null')).toEqual(bind('not (title pr)'));
    expect(bind('title ne null')).toEqual(bind('title pr'));
    refusal('title co null', 'null');
    refusal('title gt null', 'null');
  });

  it('FLT-43: refuses operands of another type', () => {
    refusal('active eq 5', 'boolean');
    refusal('userName gt true', 'string');
    refusal('userName eq 5', 'string');
  });

  it('FLT-44, FLT-45: refuses what no schema knows, naming it', () => {
    refusal('shoeSize eq 1', 'shoeSize');
    refusal('userName.foo eq 1', 'userName.foo');
    refusal('name.foo eq "x"', 'name.foo');
    refusal('emails[foo eq "x"]', 'foo of emails');
    refusal('emails[emails.value eq "x"]', 'emails.value');
    refusal('userName[value eq "x"]', 'userName');
    refusal('emails.value[value eq "x"]', 'emails.value');
    refusal('__proto__ pr', '__proto__');
  });

  it('FLT-44, A-10: over several types an unknown attribute has no value', () => {
    const several = { ...OPTIONS, unknownIsUnassigned: true };
    const filter = (text: string) => bindFilter(parseFilter(text, LIMITS), GROUP, several);
    for (const text of [
      'userName eq "x"',
      'userName pr',
      'userName ne null',
      'emails[type eq "x"]',
      'userName gt "x"',
    ]) {
      expect(filter(text)).toEqual({ kind: 'constant', value: false });
    }
    for (const text of ['userName ne "x"', 'userName eq null']) {
      expect(filter(text)).toEqual({ kind: 'constant', value: true });
    }
  });

  it('FLT-47, FLT-56: refuses what is never returned', () => {
    for (const text of ['password eq "x"', 'password pr', 'password sw "a"', 'password eq null'])
      refusal(text, 'password');
  });

  it('FLT-49: refuses dates that are none', () => {
    refusal('meta.created gt "yesterday"', 'meta.created');
    expect(bind('meta.created gt "2011-05-13T06:42:34+02:00"')).toMatchObject({ value: '2011-05-13T04:42:34.000000Z' });
  });

  it('FLT-52: operands are prepared as stored values are', () => {
    expect(bind('userName eq "JOSE\u0301"')).toMatchObject({ value: 'jos\u00e9' });
    expect(bind('externalId eq "ABC"')).toMatchObject({ value: 'ABC' });
  });
});

describe('bindSort', () => {
  it('SRT-03, SRT-08: finds attributes like a filter', () => {
    expect(bindSort('NAME.givenname', USER)).toMatchObject({ subAttribute: { name: 'givenName' } });
    expect(bindSort('emails', USER)).toMatchObject({ subAttribute: { name: 'value' } });
  });

  it.each(['shoeSize', 'name', 'password', 'addresses'])('SRT-03, SRT-09, SRT-10: refuses %s', (sortBy) => {
    expect(() => bindSort(sortBy, USER)).toThrow(expect.objectContaining({ status: 400, scimType: 'invalidValue' }));
  });

  it('SRT-09: over several types an unknown attribute sorts nobody', () => {
    expect(bindSort('userName', GROUP, { unknownIsUnassigned: true })).toBeUndefined();
  });
});
