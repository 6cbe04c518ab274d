import type { AttributeDefinition, SchemaDefinition } from './compile-schema.js';

/** What an erratum changes in one attribute or sub-attribute; `add` puts a sub-attribute that is missing at its end. */
export interface Correction {
  readonly path: string;
  readonly change?: Partial<AttributeDefinition>;
  readonly add?: AttributeDefinition;
}

/** RFC 7643 section 2.4. */
export const PRIMARY: AttributeDefinition = {
  name: 'primary',
  type: 'boolean',
  description:
    "A Boolean value indicating the 'primary' or preferred attribute value for this attribute. " +
    "The primary attribute value 'true' MUST appear no more than once.",
};

/** Applies the corrections to a definition; erratum 8358 takes READ-ONLY out of the description of `display`. */
export function corrected(definition: SchemaDefinition, corrections: readonly Correction[]): SchemaDefinition {
  return { ...definition, attributes: definition.attributes.map((attribute) => correct(attribute, '', corrections)) };
}

function correct(
  attribute: AttributeDefinition,
  parent: string,
  corrections: readonly Correction[],
): AttributeDefinition {
  const path = `${parent}${attribute.name}`;
  let result: AttributeDefinition = attribute;
  if (parent !== '' && attribute.name === 'display' && attribute.description !== undefined) {
    result = { ...result, description: attribute.description.replace(/\s*READ-ONLY\.?/, '') };
  }
  if (attribute.subAttributes !== undefined) {
    result = { ...result, subAttributes: attribute.subAttributes.map((sub) => correct(sub, `${path}.`, corrections)) };
  }
  for (const { add, change } of corrections.filter((correction) => correction.path === path)) {
    result = { ...result, ...change };
    const existing: readonly AttributeDefinition[] = result.subAttributes ?? [];
    if (add !== undefined && !existing.some((sub) => sub.name === add.name)) {
      result = { ...result, subAttributes: [...existing, add] };
    }
  }
  return result;
}

/** SCIMMY's description becomes the RFC's JSON only when it is serialized; `compileSchema` checks the content. */
export function described(definition: { describe(): object }): SchemaDefinition {
  return JSON.parse(JSON.stringify(definition.describe()));
}
