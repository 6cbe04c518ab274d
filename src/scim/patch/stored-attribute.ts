import type { AttributePath, JsonObject, JsonValue, Schema } from '../schema/index.js';
import { isObject, isUnassigned } from './json.js';

function ownValue(container: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(container, name) ? container[name] : undefined;
}

/** The object that holds an extension's attributes, or the document itself for the core schema. */
function containerOf(document: JsonObject, extension: Schema | undefined): JsonObject {
  if (extension === undefined) {
    return document;
  }
  const container = ownValue(document, extension.id);
  return isObject(container) ? container : {};
}

/** The value of the whole attribute that a path leads to. */
export function readAttribute(document: JsonObject, path: AttributePath): JsonValue | undefined {
  return ownValue(containerOf(document, path.extension), path.attribute.name);
}

/**
 * Sets or, with an unassigned value, deletes an attribute. An extension's object appears with its first attribute and
 * goes with its last. Only `document` itself is written to: what hangs below it may belong to somebody else.
 */
export function writeAttribute(document: JsonObject, path: AttributePath, value: JsonValue | undefined): void {
  const { extension, attribute } = path;
  const container = extension === undefined ? document : { ...containerOf(document, extension) };
  if (value === undefined || isUnassigned(value)) {
    delete container[attribute.name];
  } else {
    container[attribute.name] = value;
  }
  if (extension !== undefined) {
    if (Object.keys(container).length === 0) {
      delete document[extension.id];
    } else {
      document[extension.id] = container;
    }
  }
}
