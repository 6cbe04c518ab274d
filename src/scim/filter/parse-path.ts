import { ScimError } from '../errors.js';
import type { Filter, FilterLimits } from './filter.js';
import { shown } from './lexer.js';
import { parseFilter } from './parse-filter.js';
import { isPathText } from './path-text.js';

const IN_BRACKETS = { subAttributeOfValuePath: false, inBrackets: true };

/** The parts of a PATCH path (RFC 7644 section 3.5.2 figure 7), nothing resolved yet. */
export interface ParsedPath {
  /** The attribute path before the brackets, as written; may end in a sub-attribute, or be a bare URN. */
  readonly attribute: string;
  readonly filter: Filter | undefined;
  /** What follows the brackets. */
  readonly subAttribute: string | undefined;
}

/**
 * Cuts a PATCH path into attribute, value filter and sub-attribute. The form `schemas eq "urn:…"` (erratum 7122) means
 * the values of a simple multi-valued attribute that pass.
 * @throws ScimError 400 invalidPath, or invalidFilter for what stands in the brackets
 */
export function parsePath(text: string, limits: FilterLimits): ParsedPath {
  const path = text.trim();
  const open = path.indexOf('[');
  if (open === -1) {
    const space = path.indexOf(' ');
    if (space !== -1) return expressionPath(path.slice(0, space), path.slice(space), limits);
    return { attribute: pathText(path, text), filter: undefined, subAttribute: undefined };
  }
  const attribute = pathText(path.slice(0, open).trimEnd(), text);
  const close = path.lastIndexOf(']');
  if (close < open) throw invalidPath(text);
  const rest = path.slice(close + 1);
  return {
    attribute,
    filter: parseFilter(path.slice(open + 1, close), limits, IN_BRACKETS),
    subAttribute: rest === '' ? undefined : subAttributeName(rest, text),
  };
}

function expressionPath(attribute: string, expression: string, limits: FilterLimits): ParsedPath {
  const filter = parseFilter(`value${expression}`, limits, IN_BRACKETS);
  return { attribute: pathText(attribute, attribute), filter, subAttribute: undefined };
}

function subAttributeName(rest: string, text: string): string {
  const name = rest.slice(1);
  if (!rest.startsWith('.') || !isPathText(name) || name.includes('.')) throw invalidPath(text);
  return name;
}

function pathText(attribute: string, text: string): string {
  if (!isPathText(attribute)) throw invalidPath(text);
  return attribute;
}

function invalidPath(text: string): ScimError {
  const detail = text.trim() === '' ? 'The path is empty' : `${shown(text)} is not an attribute path`;
  return new ScimError(400, 'invalidPath', detail);
}
