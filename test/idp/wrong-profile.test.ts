import { describe, expect, it } from '@jest/globals';
import { expectAnswer, useLife } from '../support/idp-life.ts';
import { patchOp, USER, where } from '../support/idp-messages.ts';

/** A connection whose profile is not that of its client: what is refused, and what the administrator reads of it. */
describe('Microsoft Entra ID at a connection with the profile strict', () => {
  const life = useLife({ connection: { profile: 'strict' } });

  it('is refused, and the state of the connection says what and which profile fits', async () => {
    const { send, expectSuggestion } = life();
    const user = expectAnswer(await send('POST', '/Users', { schemas: [USER], userName: 'ines@north.example' }), 201);
    await expectSuggestion(undefined);
    const disable = patchOp({ op: 'Replace', path: 'active', value: 'False' });
    expectAnswer(await send('PATCH', `/Users/${user.id}`, disable), 400);
    expectAnswer(await send('GET', `/Users${where('emails[type eq "work"].value eq "i@north.example"')}`), 400);
    expect((await send('GET', `/Users/${user.id}`)).body.active).toBe(true);
    await expectSuggestion('entra', ['booleanStrings', 'operationInAnyCase', 'subAttributeOfValuePath']);
  });
});

describe('Microsoft Entra ID without its flag at a connection with the profile entra-compliant', () => {
  const life = useLife({ connection: { profile: 'entra-compliant' } });

  it('is refused, which shows that the flag was lost', async () => {
    const { send, expectSuggestion } = life();
    const user = expectAnswer(await send('POST', '/Users', { schemas: [USER], userName: 'otto@north.example' }), 201);
    const rename = patchOp({ op: 'Replace', path: 'displayName', value: 'Otto' });
    expectAnswer(await send('PATCH', `/Users/${user.id}`, rename), 400);
    await expectSuggestion('entra', ['operationInAnyCase']);
  });
});

describe('OneLogin at a connection with the profile generic', () => {
  const life = useLife({ connection: { profile: 'generic' }, headers: { 'User-Agent': '' } });

  it('is refused for its template, and the state of the connection says so', async () => {
    const { send, expectSuggestion, expectCounts } = life();
    const template = {
      schemas: ['urn:scim:schemas:core:2.0', 'urn:scim:schemas:extension:enterprise:2.0'],
      userName: 'faye@hill.example',
      active: 'true',
      emails: { value: 'faye@hill.example' },
      'urn:scim:schemas:extension:enterprise:2.0': { manager: { managerId: '7' } },
    };
    expectAnswer(await send('POST', '/Users?', template), 400);
    await expectCounts(0, 0);
    await expectSuggestion('onelogin', ['managerIdForValue', 'objectForArray', 'schemas']);
  });
});

describe('a client of no known kind at a connection with the profile okta', () => {
  const life = useLife({ connection: { profile: 'okta' } });

  it('is refused, and generic is suggested, which takes what it sends', async () => {
    const { send, expectSuggestion } = life();
    expectAnswer(await send('POST', '/Users', { schemas: [USER], userName: 'a@isle.example', active: 'true' }), 400);
    await expectSuggestion('generic', ['booleanStrings']);
  });
});
