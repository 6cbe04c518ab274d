const ROOT = 'https://www.googleapis.com/auth/';
export const CLOUD_PLATFORM = `${ROOT}cloud-platform`;

/** What a method of the API reads: which scopes open it, and which privilege of an administrator's role. */
export type Area = 'users' | 'groups' | 'members' | 'orgUnits' | 'domains' | 'customers' | 'schemas' | 'reports';

const directory = (...names: string[]) =>
  names.flatMap((name) => [`${name}.readonly`, name]).map((name) => `${ROOT}admin.directory.${name}`);

/** Scopes that open a method, the least powerful first; one of them is enough. */
export const SCOPES_OF: Readonly<Record<Area, readonly string[]>> = {
  users: directory('user'),
  groups: directory('group'),
  members: directory('group.member', 'group'),
  orgUnits: directory('orgunit'),
  domains: directory('domain'),
  customers: directory('customer'),
  schemas: directory('userschema'),
  reports: [`${ROOT}admin.reports.audit.readonly`],
};

/** The read-only scope of every area. */
export const READ_ONLY_SCOPES: readonly string[] = Object.values(SCOPES_OF).flatMap(([least]) => least ?? []);

/** Privileges that a custom administrator's role can have; groups cover their members. */
export type Privilege = Exclude<Area, 'members'>;
export const PRIVILEGES = Object.keys(SCOPES_OF).filter((area) => area !== 'members') as Privilege[];

export function privilegeFor(area: Area): Privilege {
  return area === 'members' ? 'groups' : area;
}
