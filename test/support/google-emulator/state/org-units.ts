import type { Directory } from './directory.ts';
import type { OrgUnitRecord } from './records.ts';

/** Changes of organisational units; paths start with a slash. All throw an Error where the path is unknown. */
export interface OrgUnitControl {
  /** Makes the units above as well. */
  add(path: string, description?: string): OrgUnitRecord;
  /** Renames it, or puts it below another; its users and the units below go along. */
  move(path: string, to: string): OrgUnitRecord;
  /** @throws Error where it has users or units below */
  delete(path: string): void;
}

export function createOrgUnitControl(directory: Directory): OrgUnitControl {
  function requireUnit(path: string): OrgUnitRecord {
    const unit = directory.orgUnits.get(path);
    if (unit === undefined) throw new Error(`no organisational unit ${path}`);
    return unit;
  }
  const tell = (name: string, path: string) =>
    directory.emit({ report: { type: 'ORG_SETTINGS', name, parameters: { ORG_UNIT_NAME: path } } });

  const control: OrgUnitControl = {
    add(path, description = '') {
      const there = directory.orgUnits.get(path);
      if (there) return there;
      if (!path.startsWith('/')) throw new Error(`the path ${path} does not start with a slash`);
      const parent = control.add(parentOf(path));
      const unit = orgUnitRecord(directory, path, parent.id, description);
      directory.orgUnits.set(path, unit);
      tell('CREATE_ORG_UNIT', path);
      return unit;
    },
    move(path, to) {
      const unit = requireUnit(path);
      if (path === '/' || to === path || to.startsWith(`${path}/`)) throw new Error(`${path} cannot become ${to}`);
      if (directory.orgUnits.has(to)) throw new Error(`Entity already exists: ${to}`);
      unit.parentId = control.add(parentOf(to)).id;
      for (const one of [...directory.orgUnits.values()].filter((inner) => isWithin(inner.path, path))) {
        directory.orgUnits.delete(one.path);
        one.path = to + one.path.slice(path.length);
        one.name = nameOf(one.path);
        one.version += 1;
        directory.orgUnits.set(one.path, one);
      }
      for (const user of directory.users.items) {
        if (!isWithin(user.orgUnitPath, path)) continue;
        user.orgUnitPath = to + user.orgUnitPath.slice(path.length);
        user.version += 1;
      }
      tell('MOVE_ORG_UNIT', to);
      return unit;
    },
    delete(path) {
      requireUnit(path);
      const inside = [...directory.orgUnits.keys()].some((other) => other !== path && isWithin(other, path));
      if (inside || directory.users.items.some(({ orgUnitPath }) => orgUnitPath === path)) {
        throw new Error(`${path} is not empty`);
      }
      directory.orgUnits.delete(path);
      tell('REMOVE_ORG_UNIT', path);
    },
  };
  return control;
}

export function orgUnitRecord(
  directory: Directory,
  path: string,
  parentId: string | undefined,
  description = '',
): OrgUnitRecord {
  return { id: `id:03${directory.random.letters(13)}`, path, name: nameOf(path), description, parentId, version: 1 };
}

/** Whether a path is a unit or lies below it; everything lies below '/'. */
export function isWithin(path: string, unit: string): boolean {
  return unit === '/' || path === unit || path.startsWith(`${unit}/`);
}

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1) || '/';
}
