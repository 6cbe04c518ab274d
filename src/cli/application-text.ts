import type { Application, Licence } from '../licensing/index.js';
import { fields, table } from './output.js';

/** An application in words, for all commands about one. */
export function applicationFields(application: Application): string {
  const { key, name, description, id, state, owner, roles, licences, defaultGroups } = application;
  const about = fields({
    Key: key,
    Name: name,
    ...(description === null ? {} : { Description: description }),
    ...(owner === null ? {} : { Owner: owner.userName }),
    Id: id,
    State: state === 'active' ? 'active' : 'disabled: nobody has access and no seat is taken',
    Roles: roles.map((role) => `${role.key}${role.takesSeat ? '' : ' (takes no seat)'}`).join(' > '),
    ...(defaultGroups.length === 0
      ? {}
      : { 'Default groups': defaultGroups.map((one) => `${one.groupName} (${one.role})`).join(', ') }),
  });
  const rows = licences.map((licence) => [
    licence.name,
    licence.roles.join(', '),
    licence.seats ?? 'unlimited',
    licence.used,
    licence.waiting,
    licence.policy,
    period(licence),
    licenceState(licence),
  ]);
  const headings = ['LICENCE', 'ROLES', 'SEATS', 'TAKEN', 'WAITING', 'WHEN FULL', 'TIME', 'STATE'];
  return `${about}\n\n${table(headings, rows, 'Its seats are not counted.')}`;
}

const STATES: Readonly<Record<Licence['state'], string>> = {
  planned: 'begins later',
  valid: 'valid',
  over: 'over-used',
  ended: 'ended',
};

/** What else there is to say of it is over-use, or that it is nearly used up. */
function licenceState({ state, warnedAt }: Licence): string {
  return state === 'valid' && warnedAt !== null ? `valid, ${warnedAt} % reached` : STATES[state];
}

function period({ validFrom, validUntil }: Licence): string {
  if (validFrom === null && validUntil === null) return 'always';
  return `${validFrom === null ? '' : `from ${validFrom} `}${validUntil === null ? '' : `until ${validUntil}`}`.trim();
}
