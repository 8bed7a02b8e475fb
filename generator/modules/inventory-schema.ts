import * as z from 'zod';
import type { Parameter } from '../model/parameter.ts';
import { ADDRESS } from '../text/address.ts';
import { parameterAliases, parameterByName } from './parameters.ts';
import { vocabulary } from './vocabulary.ts';

/**
 * JSON Schema (draft-07) of inventories, from the parameter tables: an editor completes, explains and checks with it.
 * It accepts what `validate` accepts, except rules across the inventory (quorum, conflicts): only `validate` has these.
 */
export function inventorySchema(): object {
  const vars = { $ref: '#/definitions/vars' };
  const hosts = {
    type: ['object', 'null'],
    propertyNames: { pattern: ADDRESS.source },
    additionalProperties: { anyOf: [vars, { type: 'null' }] },
  };
  const group = {
    type: ['object', 'null'],
    properties: { hosts, vars: { anyOf: [vars, { type: 'null' }] } },
  };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Pigsty inventory',
    type: 'object',
    required: ['all'],
    properties: {
      all: {
        type: 'object',
        properties: {
          children: { type: 'object', additionalProperties: { $ref: '#/definitions/group' } },
          vars: { anyOf: [vars, { type: 'null' }] },
        },
      },
    },
    definitions: {
      group,
      vars: { type: 'object', properties: properties() },
      reference: { description: 'the value of another variable', type: 'string', pattern: '\\{\\{' },
    },
  };
}

function properties(): Record<string, object> {
  const rows = [...parameterByName.values()].map(({ row }) => [row.name, property(row)] as const);
  const aliases = [...parameterAliases].map(
    ([alias, name]) => [alias, { $ref: `#/definitions/vars/properties/${name}` }] as const,
  );
  const others = [...vocabulary.ignored.keys()].map((name) => [name, {}] as const);
  return Object.fromEntries([...rows, ...aliases, ...others].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function property(row: Parameter): object {
  const { $schema: _, ...schema } = z.toJSONSchema(row.schema, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
    // A key that nothing knows is a warning, in values as among parameters.
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  const unit = row.unit ? `, in ${row.unit}` : '';
  const note = row.note ? ` (${row.note})` : '';
  return {
    description: `${row.meaning}${unit}${note}`,
    ...(row.default !== undefined && !row.secret && { default: row.default }),
    anyOf: [schema, { $ref: '#/definitions/reference' }],
  };
}
