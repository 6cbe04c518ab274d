import { admin, auth } from '@googleapis/admin';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Emulator, startGoogleEmulator } from '../support/google-emulator/index.ts';
import { assertion, exchange } from '../support/google-requests.ts';

const SCOPES = ['admin.directory.user.readonly', 'admin.directory.group.readonly', 'admin.reports.audit.readonly'];

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startGoogleEmulator({ seed: { users: 700, groups: 3, memberships: 900 } });
});
afterAll(() => emulator.close());

/** Google's own library, with tokens of the emulator: it would ask Google for them whatever the key says. */
function library() {
  const key = emulator.keyFor();
  const client = new auth.OAuth2();
  client.refreshHandler = async () => {
    const scope = SCOPES.map((name) => `https://www.googleapis.com/auth/${name}`).join(' ');
    const { body } = await exchange(emulator.origin, assertion(key, { sub: emulator.adminEmail, scope }));
    return { access_token: body.access_token, expiry_date: Date.now() + body.expires_in * 1_000 };
  };
  const options = { auth: client, rootUrl: `${emulator.origin}/` } as const;
  return {
    directory: admin({ version: 'directory_v1', ...options }),
    reports: admin({ version: 'reports_v1', ...options }),
  };
}

describe('Google’s own library', () => {
  it('walks users, groups and members', async () => {
    const { directory } = library();
    const users: string[] = [];
    let pageToken: string | undefined;
    do {
      const { data } = await directory.users.list({
        customer: 'my_customer',
        maxResults: 500,
        ...(pageToken !== undefined && { pageToken }),
      });
      users.push(...(data.users ?? []).map(({ id }) => id ?? ''));
      pageToken = data.nextPageToken ?? undefined;
    } while (pageToken !== undefined);
    expect(users).toEqual(emulator.directory.users.items.map(({ id }) => id));
    const { data } = await directory.groups.list({ customer: emulator.customerId });
    expect(data.groups).toHaveLength(3);
    const groupKey = data.groups?.[0]?.id ?? '';
    const members = await directory.members.list({ groupKey, maxResults: 200 });
    expect(members.data.members).toHaveLength(200);
  });

  it('reads reports, opens and stops a channel, and is told of errors', async () => {
    const { directory, reports } = library();
    const { id } = emulator.users.add({ primaryEmail: 'liz@example.com' });
    const { data } = await reports.activities.list({ userKey: 'all', applicationName: 'admin' });
    expect(data.items).toMatchObject([{ events: [{ name: 'CREATE_USER' }] }]);
    const requestBody = { id: 'one', type: 'web_hook', address: 'http://127.0.0.1:9/hook' };
    const channel = await directory.users.watch({ customer: 'my_customer', requestBody });
    const resourceId = channel.data.resourceId ?? '';
    expect((await directory.channels.stop({ requestBody: { id: 'one', resourceId } })).status).toBe(204);
    await expect(directory.users.get({ userKey: 'nobody@example.com' })).rejects.toMatchObject({
      status: 404,
      message: 'Resource Not Found: userKey',
    });
    const known = await directory.users.get({ userKey: id });
    const headers = { 'If-None-Match': known.data.etag ?? '' };
    expect((await directory.users.get({ userKey: id }, { headers })).status).toBe(304);
    emulator.fault('403-quota', { times: 1 });
    await expect(directory.users.get({ userKey: id })).rejects.toMatchObject({ status: 403 });
  });
});
