import { ScimError } from '../errors.js';

/** 400 invalidValue that names the attribute and what it must be. `path` has the schema's names, never client text. */
export function invalidValue(path: string, requirement: string): ScimError {
  return new ScimError(400, 'invalidValue', `Attribute '${path}' ${requirement}.`);
}

/** 400 invalidSyntax: the shape of the body is wrong rather than a value in it. */
export function invalidSyntax(detail: string): ScimError {
  return new ScimError(400, 'invalidSyntax', detail);
}

/** Client text for an error's detail: quoted, control characters and lone surrogates escaped, short. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
