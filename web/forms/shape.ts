import type { FieldInfo, ValueShape } from '../../model/protocol-tools.js';

/** What an input of a form can ask for: everything that a protocol's message asks for, and what JSON Schema adds. */
export type FormShape =
  | Exclude<ValueShape, { type: 'list' | 'object' }>
  | { type: 'boolean' }
  /** `nameOf`: what people call a value; the value itself where absent. */
  | { type: 'choice' | 'choices'; values: readonly string[]; nameOf?: (value: string) => string }
  | { type: 'list'; item: FormShape }
  | { type: 'object'; fields: readonly FormField[] };

export type FormField = Pick<FieldInfo, 'name' | 'optional' | 'default'> & {
  /** May be left out, and is shown all the same. */
  usual?: boolean;
  note?: string;
  /** In the language of the page; the bare name where there is none. */
  label?: string;
} & FormShape;

/** The parts of JSON Schema that the parameters of commands are written in. */
interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: string[];
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  default?: unknown;
  description?: string;
}

type NoteOf = (description: string) => string | undefined;

/** The members of an object schema as fields, those within them too; whatever is beyond an input of its own is asked for as JSON. */
export function fieldsOf(schema: Schema, noteOf: NoteOf = (description) => description): FormField[] {
  return Object.entries(schema.properties ?? {}).map(([name, member]) => ({
    name,
    ...(!schema.required?.includes(name) && { optional: true as const }),
    ...(member.default !== undefined && { default: member.default }),
    ...(member.description !== undefined && { note: noteOf(member.description) }),
    ...shapeOf(member, noteOf),
  }));
}

function shapeOf({ type, items, properties, ...rest }: Schema, noteOf: NoteOf): FormShape {
  switch (type) {
    case 'integer':
      return { type, min: rest.minimum ?? Number.MIN_SAFE_INTEGER, max: rest.maximum ?? Number.MAX_SAFE_INTEGER };
    case 'number':
      return { type, min: rest.minimum ?? -Infinity, max: rest.maximum ?? Infinity, step: 0 };
    case 'boolean':
      return { type };
    case 'string':
      if (rest.enum) return { type: 'choice', values: rest.enum };
      if (rest.format === 'date-time') return { type: 'time' };
      return rest.pattern?.includes('[0-9a-fA-F]{2}') ? { type: 'hex' } : { type: 'text' };
    case 'array':
      if (items?.enum) return { type: 'choices', values: items.enum };
      return items ? { type: 'list', item: shapeOf(items, noteOf) } : { type: 'json' };
    case 'object':
      // Dozens of members, each of its own kind, are quicker to write than to look for.
      return properties && Object.keys(properties).length <= MOST_MEMBERS
        ? { type, fields: fieldsOf({ properties, required: rest.required }, noteOf) }
        : { type: 'json' };
    default:
      return { type: 'json' };
  }
}

const MOST_MEMBERS = 24;
