import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Emulator } from '../google-emulator/index.ts';
import type { Rollcall } from './rollcall.ts';

export interface Scene {
  readonly folder: string;
  readonly emulator: Emulator;
  readonly rollcall: Rollcall;
  /** Of the server. */
  readonly url: string;
}

/** What there is to look at afterwards. */
export interface Told {
  readonly token: string;
  /** The run that waits, and the hash of its plan. */
  readonly run: { readonly id: string; readonly planHash: string };
  /** A group that waits for a decision, by name. */
  readonly conflict: string;
  /** Somebody who has the chat. */
  readonly reader: string;
  readonly renamed: string;
}

interface Run {
  readonly id: string;
  readonly state: string;
  readonly planHash: string;
}

/** So many seats are missing. */
const SHORT = 5;
/** More than a fifth of all: see the setting limits.users. */
const SUSPENDED = 70;

/** Lets things happen as they would in a company, through the same doors that everybody has. */
export async function tell({ folder, emulator, rollcall, url }: Scene): Promise<Told> {
  const say = (text: string) => console.log(`* ${text}`);
  const people = emulator.directory.users.items.filter((user) => !user.suspended && !user.archived && !user.isAdmin);
  const ofDomain = (domain: string) => people.filter(({ primaryEmail }) => primaryEmail.endsWith(`@${domain}`));
  const [linked, reader, renamed] = ofDomain('example.com');
  const [stranger] = ofDomain('example.org');
  const groups = [...emulator.directory.groups.items].sort((one, other) => other.members.size - one.members.size);
  const [, wiki, , taken] = groups;
  if (!linked || !reader || !renamed || !stranger || !wiki || !taken)
    throw new Error('The seeded Workspace is too small');

  const { token } = await rollcall<{ token: string }>('api-token', 'create', '--name', 'demo', '--scope', 'all');
  const post = async (path: string, body: object): Promise<void> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(`${url}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`POST ${path}: ${await response.text()}`);
  };

  for (const domain of ['example.com', 'example.net']) {
    await rollcall('domain', 'add', domain);
    await rollcall('domain', 'verify', domain, '--trust');
  }
  await post('/users', { userName: linked.primaryEmail, displayName: 'Here before Google' });
  await post('/users', { userName: stranger.primaryEmail });
  await post('/groups', { displayName: taken.name });
  say('two people and a group were there before, one of the people in a domain that nobody has verified');

  const keyFile = join(folder, 'google-key.json');
  await writeFile(keyFile, JSON.stringify(emulator.keyFor()), { mode: 0o600 });
  const { adminEmail } = emulator;
  await rollcall('google', 'connect', '--name', 'workspace', '--key', keyFile, '--subject', adminEmail);
  await rollcall<Run>('google', 'sync', 'workspace', '--wait');
  say('the Workspace is connected and was read: whoever stands in the way of somebody is a conflict');

  const seats = emulator.effectiveMembers(wiki.id, { active: true }).size - SHORT;
  const roles = ['--role', 'admin', '--role', 'user', '--role', 'viewer:free'];
  await rollcall('application', 'create', 'wiki', '--name', 'Wiki', ...roles, '--seats', String(seats));
  await rollcall('grant', 'add', '--application', 'wiki', '--role', 'user', '--group', wiki.name);
  say(`the group "${wiki.name}" gives the wiki, which has ${seats} seats, ${SHORT} too few`);
  await rollcall('application', 'create', 'chat', '--name', 'Chat', '--role', 'member');
  await post('/groups', { displayName: 'Chat users' });
  const chat = ['--application', 'chat', '--role', 'member'];
  await rollcall('default-group', 'add', ...chat, '--group', 'Chat users');
  await rollcall('grant', 'add', ...chat, '--user', reader.primaryEmail);
  say('the chat has a default group, and somebody was given a role of it');

  emulator.users.rename(renamed.id, renamed.primaryEmail.replace('@', '.married@'));
  emulator.users.change(reader.id, { displayName: 'Known by another name' });
  emulator.users.add({ primaryEmail: 'new.hire@example.com', givenName: 'New', familyName: 'Hire' });
  emulator.members.add(wiki.id, { member: 'new.hire@example.com' });
  const others = people.filter((person) => ![linked, reader, renamed, stranger].includes(person));
  for (const { id } of others.slice(0, SUSPENDED)) emulator.users.suspend(id);
  const run = await rollcall<Run>('google', 'sync', 'workspace', '--wait');
  say(
    `somebody came, two were renamed, and ${SUSPENDED} were suspended in Google: too many to follow without a question`,
  );
  if (run.state !== 'awaiting-approval') throw new Error(`The second run is ${run.state}`);
  return {
    token,
    run,
    conflict: taken.name,
    reader: reader.primaryEmail,
    renamed: renamed.primaryEmail,
  };
}
