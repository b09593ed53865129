import fc, { type Arbitrary } from 'fast-check';

type Schema = Readonly<Record<string, unknown>>;

/** Values that a JSON Schema allows, as far as the schemas of commands go; texts are of characters that GBK has. */
export function fromSchema(schema: Schema): Arbitrary<unknown> {
  if (Array.isArray(schema.anyOf)) return fc.oneof(...(schema.anyOf as Schema[]).map(fromSchema));
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: schema.minimum as number, max: schema.maximum as number });
    case 'number':
      return fc
        .integer({ min: (schema.minimum as number) * 1e6, max: (schema.maximum as number) * 1e6 })
        .map((n) => n / 1e6);
    case 'string':
      return textOf(schema);
    case 'array':
      return fc.array(fromSchema(schema.items as Schema), {
        minLength: schema.minItems as number,
        maxLength: Math.min(schema.maxItems as number, (schema.minItems as number) + 4),
      });
    default:
      return objectOf(schema);
  }
}

function textOf(schema: Schema): Arbitrary<string> {
  const { minLength = 0, maxLength = 40 } = schema as { minLength?: number; maxLength?: number };
  if (schema.contentEncoding === 'base64') {
    return fc.uint8Array({ minLength: 1, maxLength: 3000 }).map((bytes) => Buffer.from(bytes).toString('base64'));
  }
  if (schema.format === 'date-time') {
    return fc
      .integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2030, 0, 1) })
      .map((ms) => new Date(Math.floor(ms / 1000) * 1000).toISOString());
  }
  const { pattern, description } = schema as { pattern?: string; description?: string };
  if (pattern?.includes('{2}')) {
    const bytes = { minLength: minLength / 2, maxLength: Math.min(Math.floor(maxLength / 2), 64) };
    return fc.uint8Array(bytes).map((b) => Buffer.from(b).toString('hex'));
  }
  if (pattern?.startsWith('^0x')) return fc.integer({ min: 0xf001, max: 0xffff }).map((n) => `0x${n.toString(16)}`);
  if (pattern !== undefined)
    return fc.constantFrom('08:30', '23:59:59', '2026-03-01T00:00:00Z', '2027-03-01T00:00:00Z');
  if (description?.startsWith('name of a parameter')) return fc.constantFrom('heartbeatIntervalS', '0x0013', '0xF365');
  const unit = fc.constantFrom('车', '机', 'a', 'Z', '7', ' ', ';', '。');
  return fc.string({ unit, minLength, maxLength: Math.min(Math.floor(maxLength / 2), 40) });
}

function objectOf(schema: Schema): Arbitrary<unknown> {
  const properties = (schema.properties ?? {}) as Record<string, Schema>;
  const names = Object.keys(properties);
  if (schema.minProperties !== undefined) {
    return fc
      .uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 6 })
      .chain((some) => fc.record(Object.fromEntries(some.map((name) => [name, fromSchema(properties[name])]))));
  }
  const arbitraries = Object.fromEntries(names.map((name) => [name, fromSchema(properties[name])]));
  return fc.record(arbitraries, { requiredKeys: (schema.required ?? []) as string[] });
}
