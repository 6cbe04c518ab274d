import type { ShownUser } from '../administration/index.js';
import { fields, table, time } from './output.js';

/** A user for people. */
export function userText(user: ShownUser): string {
  const about = fields({
    userName: user.userName,
    Id: user.id,
    Type: user.userType,
    State: user.state,
    ...suspension(user),
    ...(user.deletedAt === null ? {} : { Deleted: user.deletedAt }),
    ...(user.erasedFrom === null ? {} : { 'Erased from': user.erasedFrom }),
    ...(user.erasedAt === null ? {} : { Erased: user.erasedAt }),
    Owner: user.owner ?? 'local',
    ...(user.manager === null ? {} : { Manager: user.manager }),
    Created: user.createdAt,
    Changed: `${time(user.modifiedAt)} (version ${user.version})`,
  });
  return [
    about,
    section('Attributes', fields(shownAttributes(user.attributes))),
    section('Groups', groups(user)),
    section('Access', access(user)),
    section('Identities', identities(user)),
  ].join('\n\n');
}

function suspension(user: ShownUser): Readonly<Record<string, unknown>> {
  if (user.suspendedAt === null) return {};
  const overdue = user.suspensionOverdue ? ' (no seat was free: reactivate by hand)' : '';
  return {
    Reason: user.suspensionReason,
    Suspended: user.suspendedAt,
    Until: user.suspendedUntil === null ? 'somebody ends it' : `${time(user.suspendedUntil)}${overdue}`,
    Afterwards: user.resumesTo,
  };
}

function section(title: string, text: string): string {
  return `${title}\n${text.replace(/^/gm, '  ')}`;
}

function shownAttributes({ schemas: _, ...attributes }: ShownUser['attributes']): Readonly<Record<string, unknown>> {
  return Object.keys(attributes).length === 0 ? { none: '' } : attributes;
}

function groups(user: ShownUser): string {
  const rows = user.groups.map((group) => [group.displayName, group.direct ? 'direct' : 'through another', group.id]);
  return table(['GROUP', 'MEMBER', 'ID'], rows, 'In no group.');
}

function access(user: ShownUser): string {
  const held = user.entitlements.map((entitlement) => [
    entitlement.application,
    entitlement.role,
    entitlement.licence === null ? 'no seat' : `seat of ${entitlement.licence}`,
    entitlement.since,
  ]);
  const waiting = user.waiting.map((place) => [
    place.application,
    place.role,
    `waits for ${place.licence}, place ${place.position}`,
    place.since,
  ]);
  return table(['APPLICATION', 'ROLE', 'SEAT', 'SINCE'], [...held, ...waiting], 'To no application.');
}

function identities(user: ShownUser): string {
  const rows = user.identities.map((identity) => [identity.connection, identity.externalId, identity.linkedAt]);
  return table(['CONNECTION', 'EXTERNALID', 'SINCE'], rows, 'Known to no connection.');
}
