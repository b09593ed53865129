import type { CommandProblem } from '../../../model/command.js';
import { hexNumber } from '../../common/codecs.js';
import { parametersQuery, parametersQuerySome, parametersResponse, parametersSet } from '../messages/parameters.js';
import { PARAMETERS, type Parameter, parameter } from '../messages/parameters-table.js';
import { command } from './command-type.js';
import { parameterRule } from './parameter-rules.js';
import { hexText, int, join, list, object, optional, type Param, type Schema, text } from './params.js';

/** At most so many in one message: the count is a BYTE. */
const MAX_PARAMETERS = 255;
const ID = /^0x[0-9a-f]{1,8}$/i;

const BY_NAME = new Map(PARAMETERS.map((known) => [known.name, known]));

/** The id of a parameter by its name, or by the id itself as hex; null where neither is known. */
function idOf(key: string): number | null {
  if (ID.test(key)) return Number(key);
  return BY_NAME.get(key)?.id ?? null;
}

const UNKNOWN = 'is no parameter; give one of the names in docs/commands.md, or an id such as 0x0013';

/** Name or id of a parameter. */
const parameterKey: Param<string> = {
  schema: { type: 'string', description: 'name of a parameter, or its id such as 0x0013' },
  read(value, path, problems) {
    if (typeof value === 'string' && idOf(value) !== null) return value;
    problems.push({ path, message: `${JSON.stringify(value)} ${UNKNOWN}` });
    return '';
  },
};

/** All parameters, or those that are named. */
export const getParameters = command({
  type: 'get-parameters',
  summary: 'read its parameters, all or some',
  messages: [parametersQuery, parametersQuerySome],
  answers: [parametersResponse],
  params: object({ parameters: optional(list(parameterKey, 1, 200, 'none: all')) }),
  encode: ({ parameters }) =>
    parameters === undefined
      ? { message: parametersQuery }
      : {
          message: parametersQuerySome,
          fields: { paramIds: parameters.map((key) => hexNumber(idOf(key) ?? 0, 4)) },
        },
});

type ParameterValue = string | number | { hex: string };

const RAW = object({ hex: hexText(0, 255, 'the bytes of its value') });

/** What the value of a parameter may be. */
function valueParam(known: Parameter): Param<ParameterValue> {
  const { low, high, unit, about } = parameterRule(known);
  const description = [unit, about].filter(Boolean).join('; ') || undefined;
  if (known.type === 'STRING') return text(0, 255, description);
  return known.type === 'STRUCT' ? RAW : int(low, high, description);
}

const VALUES = new Map(PARAMETERS.map((known) => [known.id, valueParam(known)]));

/** Any parameter may be given as the bytes of its value instead: makers use ids and lengths of their own. */
function readValue(key: string, value: unknown, path: string, problems: CommandProblem[]): ParameterValue {
  const id = idOf(key);
  if (id === null) {
    problems.push({ path, message: UNKNOWN });
    return '';
  }
  const raw = typeof value === 'object' && value !== null && 'hex' in value;
  const known = parameter(id);
  return (raw || known === undefined ? RAW : (VALUES.get(known.id) ?? RAW)).read(value, path, problems);
}

const parameterValues: Param<Record<string, ParameterValue>> = {
  schema: {
    type: 'object',
    properties: Object.fromEntries(
      PARAMETERS.map(({ id, name }) => [name, orRaw(VALUES.get(id)?.schema ?? RAW.schema)]),
    ),
    additionalProperties: RAW.schema,
    minProperties: 1,
    maxProperties: MAX_PARAMETERS,
    description: 'values by name, or by id such as 0xF364',
  },
  read(value, path, problems) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      problems.push({ path, message: 'must be an object of values by name' });
      return {};
    }
    const entries = Object.entries(value);
    if (entries.length < 1 || entries.length > MAX_PARAMETERS) {
      problems.push({ path, message: `must have 1 to ${MAX_PARAMETERS} parameters, not ${entries.length}` });
    }
    return Object.fromEntries(entries.map(([key, given]) => [key, readValue(key, given, join(path, key), problems)]));
  },
};

function orRaw(schema: Schema): Schema {
  return schema === RAW.schema ? schema : { anyOf: [schema, RAW.schema] };
}

/** Set parameters. */
export const setParameters = command({
  type: 'set-parameters',
  summary: 'set its parameters',
  messages: [parametersSet],
  params: object({ parameters: parameterValues }),
  encode: ({ parameters }) => ({
    message: parametersSet,
    fields: {
      params: Object.entries(parameters).map(([key, value]) => ({ id: hexNumber(idOf(key) ?? 0, 4), value })),
    },
  }),
});
