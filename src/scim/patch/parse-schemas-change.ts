import { ScimError } from '../errors.js';
import { type BoundFilter, matchesElement } from '../filter/index.js';
import type { PatchRules } from '../profiles/index.js';
import type { JsonValue, ResourceType, Schema } from '../schema/index.js';
import { isUnassigned } from './json.js';
import type { PatchKind } from './operation.js';

/**
 * Which extensions an operation on `schemas` clears (RFC 7644 section 3.5.2). `schemas` is computed from the data, so
 * that adding a URN does nothing until an attribute follows. Throws 400 mutability when the base schema would go and
 * 400 invalidValue for what is no list of URNs.
 */
export function parseSchemasChange(
  type: ResourceType,
  kind: PatchKind,
  filter: BoundFilter | undefined,
  value: JsonValue | undefined,
  rules: PatchRules,
): readonly Schema[] {
  const extensions = type.extensions.map(({ schema }) => schema);
  if (kind === 'remove') {
    const goes =
      filter === undefined ? among(removedUrns(type, value)) : (urn: string): boolean => matchesElement(filter, urn);
    if (goes(type.schema.id)) {
      throw new ScimError(400, 'mutability', `schemas always holds ${type.schema.id}`);
    }
    return extensions.filter(({ id }) => goes(id));
  }
  if (filter !== undefined) {
    throw new ScimError(400, 'mutability', 'a schema cannot become another; remove one and add the other');
  }
  const given = parseUrns(type, value, rules);
  const stays = among(given);
  return kind === 'add' ? [] : extensions.filter(({ id }) => !stays(id));
}

function among(urns: readonly string[]): (urn: string) => boolean {
  const keys = new Set(urns.map((urn) => urn.toLowerCase()));
  return (urn) => keys.has(urn.toLowerCase());
}

/** Without a list everything is meant, the base schema too. */
function removedUrns(type: ResourceType, value: JsonValue | undefined): string[] {
  return value === undefined || value === null ? [type.schema.id] : listOfUrns(value);
}

function parseUrns(type: ResourceType, value: JsonValue | undefined, rules: PatchRules): string[] {
  if (isUnassigned(value) || value === undefined) {
    throw new ScimError(400, 'invalidValue', 'schemas is required');
  }
  const urns = listOfUrns(value);
  if (rules.unknownAttributes === 'refuse') {
    const isKnown = among([type.schema.id, ...type.extensions.map(({ schema }) => schema.id)]);
    const unknown = urns.find((urn) => !isKnown(urn));
    if (unknown !== undefined) {
      throw new ScimError(400, 'invalidValue', `${type.name} has no schema ${unknown}`);
    }
  }
  return urns;
}

function listOfUrns(value: JsonValue): string[] {
  const urns = Array.isArray(value) ? value : [value];
  return urns.map((urn) => {
    if (typeof urn !== 'string') {
      throw new ScimError(400, 'invalidValue', 'schemas is a list of URNs');
    }
    return urn;
  });
}
