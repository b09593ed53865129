import { expect, test } from 'vitest';
import { z } from 'zod';
import type { RuleKind } from '../../../alerts/rule-kind.js';
import { RULE_KINDS } from '../../../alerts/rules/rule-kinds.js';

const FILE = new URL('../../../docs/rule-kinds.md', import.meta.url);

interface Schema {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: string[];
  items?: Schema;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  properties?: Record<string, Schema>;
  required?: string[];
}

const ELSEWHERE = {
  boolean: 'Without any it holds everywhere.',
  function: 'With parameters of its own it needs none.',
};
const FENCES = {
  each: 'A rule is made for each fence of `scope.fences`.',
  all: 'It is about all fences of `scope.fences` together.',
  none: '',
};

// `npx vitest run test/alerts/rules/rule-kinds-document -u` writes it anew.
test('docs/rule-kinds.md is what the code says, and every parameter has a meaning', async () => {
  const kinds = [...RULE_KINDS].sort((a, b) => (a.type < b.type ? -1 : 1));
  for (const kind of kinds) {
    for (const [name, { description }] of Object.entries(paramsOf(kind).properties ?? {})) {
      expect(description, `${kind.type}: ${name}`).toBeTruthy();
    }
  }
  await expect(documentOf(kinds)).toMatchFileSnapshot(FILE.pathname);
});

function documentOf(kinds: readonly RuleKind[]): string {
  return `# Kinds of rules

Written from the code (\`npx vitest run test/alerts/rules/rule-kinds-document -u\`); a test fails when it is out of date. \`GET /v1/rule-kinds\` has
the same as JSON Schema. What every rule has beside its parameters — scope, schedule, timing, deadlines — is in [rules.md](rules.md).

\`\`\`
POST /v1/rules
{"type": "night-ban", "name": "Coaches, 2 to 5", "params": {"hours": {"from": "02:00", "to": "05:00"}},
 "scope": {"categories": ["coach"]}, "timing": {"minDuration": 120}, "severity": "critical"}
\`\`\`

201 with the rule and its \`id\`; a change is \`PUT /v1/rules/{id}\` with all of it. \`severity\` and \`timing\` below are what holds where a rule
does not say it.

${kinds.map(sectionOf).join('\n')}`;
}

function sectionOf(kind: RuleKind): string {
  const { properties = {}, required = [] } = paramsOf(kind);
  const elsewhere = kind.everywhere === false ? '' : ELSEWHERE[typeof kind.everywhere as keyof typeof ELSEWHERE];
  const timing = Object.entries(kind.timing).map(([name, seconds]) => `${name} ${seconds}`);
  const about = [
    `Severity \`${kind.severity}\``,
    ...(timing.length > 0 ? [`timing in seconds: ${timing.join(', ')}`] : []),
  ];
  const rows = Object.entries(properties).map(([name, schema]) => {
    const absent = required.includes(name) ? 'must be there' : 'default' in schema ? jsonText(schema.default) : '';
    return `| ${name} | ${valueText(schema)} | ${absent} | ${schema.description} |`;
  });
  return [
    `## ${kind.type}`,
    '',
    [`${kind.describe.replace(/^./, (first) => first.toUpperCase())}.`, FENCES[kind.fences], elsewhere]
      .filter(Boolean)
      .join(' '),
    '',
    `${about.join('; ')}.`,
    '',
    ...(rows.length > 0 ? ['| parameter | value | if absent | |', '| --- | --- | --- | --- |', ...rows, ''] : []),
  ].join('\n');
}

function paramsOf(kind: RuleKind): Schema {
  return z.toJSONSchema(kind.params, { io: 'input' }) as Schema;
}

function valueText({ type, enum: choices, items, minimum, maximum, exclusiveMinimum, properties }: Schema): string {
  if (choices) return choices.join(', ');
  if (type === 'boolean') return 'true, false';
  if (type === 'number' || type === 'integer') {
    const from = exclusiveMinimum === undefined ? `${minimum}` : `more than ${exclusiveMinimum}`;
    return `${type === 'integer' ? 'whole number' : 'number'}, ${from} to ${maximum}`;
  }
  if (type === 'array') return items?.enum ? `list of ${items.enum.join(', ')}` : 'list';
  if (type === 'object') return properties ? `{${Object.keys(properties).join(', ')}}` : 'object';
  return 'number, or list of numbers';
}

/** Defaults that name everything there is say no more than that. */
function jsonText(value: unknown): string {
  return Array.isArray(value) ? 'all' : `\`${JSON.stringify(value)}\``;
}
