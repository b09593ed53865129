import { SEVERITIES, type Severity } from '../../model/alert.js';
import { VEHICLE_CATEGORIES } from '../../model/vehicle.js';
import type { FormField, FormShape } from '../forms/shape.js';
import { t } from '../text/language.js';
import { categoryLabel } from '../text/names.js';
import { ruleFieldLabel } from '../text/rule-names.js';

const SECONDS: FormShape = { type: 'number', min: 0, max: 31_536_000, step: 0 };
const WITHIN: FormShape = { type: 'integer', min: 1, max: 2_678_400 };
const NAMES: FormShape = { type: 'list', item: { type: 'text' } };

/**
 * What every rule has beside the parameters of its kind (docs/rules.md), by the names that the API has for it. `name`: where nobody gives
 * another; `fences`: the kind is about fences, so that few of its rules do without.
 */
export function ruleFields(params: readonly FormField[], name: string, fences: boolean): FormField[] {
  const field = (name: string, shape: FormShape): FormField => ({
    name,
    label: ruleFieldLabel(name),
    optional: true,
    ...shape,
  });
  const object = (name: string, ...fields: FormField[]) => field(name, { type: 'object', fields });
  const vehicles = [
    field('categories', { type: 'choices', values: VEHICLE_CATEGORIES, nameOf: categoryLabel }),
    field('companies', NAMES),
    field('regions', NAMES),
    field('vehicles', NAMES),
  ];
  return [
    { ...field('name', { type: 'text' }), optional: undefined, default: name },
    { ...field('enabled', { type: 'boolean' }), optional: undefined, default: true },
    { ...object('params', ...params), optional: undefined },
    field('severity', {
      type: 'choice',
      values: SEVERITIES,
      nameOf: (severity) => t(`severity-${severity as Severity}`),
    }),
    {
      ...object(
        'scope',
        ...(fences ? [{ ...field('fences', NAMES), usual: true, note: t('rule-fences-note') }] : []),
        ...vehicles,
        object('except', ...vehicles),
      ),
      usual: fences,
    },
    object(
      'schedule',
      field('hours', {
        type: 'list',
        item: {
          type: 'object',
          fields: [
            { ...field('from', { type: 'text' }), optional: undefined },
            { ...field('to', { type: 'text' }), optional: undefined },
          ],
        },
      }),
      field('weekdays', { type: 'list', item: { type: 'integer', min: 1, max: 7 } }),
      field('days', { type: 'choice', values: ['workdays', 'days-off'], nameOf: ruleFieldLabel }),
      field('calendar', { type: 'json' }),
    ),
    object(
      'timing',
      field('minDuration', SECONDS),
      field('minPrevious', SECONDS),
      field('coolDown', SECONDS),
      field('maxTriggers', { type: 'integer', min: 1, max: 1_000_000 }),
      field('maxGap', SECONDS),
      field('linger', SECONDS),
    ),
    object('deadlines', field('acknowledge', WITHIN), field('handle', WITHIN)),
    field('escalation', { type: 'json' }),
    field('effectiveFrom', { type: 'time' }),
    field('effectiveTo', { type: 'time' }),
    field('clause', { type: 'text' }),
  ];
}
