import { claim } from '../state/addresses.ts';
import type { Directory } from '../state/directory.ts';
import type { JsonObject } from '../state/json.ts';
import { orgUnitRecord } from '../state/org-units.ts';
import { DEPARTMENTS } from './names.ts';
import { createRandom, type Random } from './random.ts';
import { seedGroups } from './seed-groups.ts';
import { planOf, type SeedOptions, type SeedPlan } from './seed-options.ts';
import { SEEDED_AT, seedUsers } from './seed-users.ts';

const REGIONS = ['Europe', 'Americas', 'Asia Pacific', 'Contractors'];
const DEEPEST = 6;

/**
 * Puts a made-up company in place of what the directory holds. Tells nobody: neither Reports nor watchers.
 * @throws Error naming the option that is out of bounds
 */
export function seedDirectory(directory: Directory, options: SeedOptions = {}): void {
  const plan = planOf(options);
  const random = createRandom(plan.seed);
  directory.clear();
  directory.domains = plan.domains.map((name, index) => ({
    name,
    primary: index === 0,
    aliases: [],
    creationTime: directory.customerCreated,
  }));
  directory.schemas = [hrSchema()];
  seedOrgUnits(directory, plan, random);
  const users = seedUsers(directory, plan, random);
  const groups = seedGroups(plan, users, random);
  for (const user of users) {
    directory.usersById.set(user.id, user);
    claim(directory, user);
  }
  for (const group of groups) {
    directory.groupsById.set(group.id, group);
    claim(directory, group);
  }
  directory.users.load(users);
  directory.groups.load(groups);
}

function seedOrgUnits(directory: Directory, { orgUnits }: SeedPlan, random: Random): void {
  const root = orgUnitRecord(directory, '/', undefined);
  directory.orgUnits.set('/', root);
  const above = [root];
  for (let index = 0; index < orgUnits; index += 1) {
    const region = REGIONS[index];
    const parent = region === undefined ? random.pick(above) : root;
    const prefix = parent.path === '/' ? '' : parent.path;
    const wanted = region ?? random.pick(DEPARTMENTS);
    const path = directory.orgUnits.has(`${prefix}/${wanted}`) ? `${prefix}/${wanted} ${index}` : `${prefix}/${wanted}`;
    const unit = orgUnitRecord(directory, path, parent.id);
    directory.orgUnits.set(path, unit);
    if (path.split('/').length <= DEEPEST) above.push(unit);
  }
}

function hrSchema(): JsonObject {
  const field = (fieldName: string, fieldType: string, multiValued = false): JsonObject => ({
    kind: 'admin#directory#schema#fieldspec',
    fieldId: `${fieldName}==`,
    fieldName,
    displayName: fieldName,
    fieldType,
    multiValued,
    indexed: true,
    readAccessType: 'ADMINS_AND_SELF',
    etag: `"hr/${fieldName}"`,
  });
  return {
    kind: 'admin#directory#schema',
    schemaId: 'hr0001==',
    schemaName: 'HR',
    displayName: 'Human resources',
    etag: `"hr/${SEEDED_AT}"`,
    fields: [field('level', 'INT64'), field('site', 'STRING'), field('certs', 'STRING', true)],
  };
}
