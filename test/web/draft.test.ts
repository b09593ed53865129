import { expect, test } from 'vitest';
import type { FenceRule } from '../../model/fence.js';
import { choicesOf, type RuleChoices, rulesOf } from '../../web/fence/fence-rules.js';
import { draftOf, type FenceDraft, type Place, sketchOf } from '../../web/map/draft.js';

const PLACES: Place[] = [
  [120.3, 31.5],
  [120.32, 31.5],
  [120.31, 31.52],
];

test('a shape is none before it has enough corners', () => {
  const sketch = { holes: [], width: 60 };
  expect(draftOf({ ...sketch, kind: 'area', places: PLACES.slice(0, 2) })).toBeNull();
  expect(draftOf({ ...sketch, kind: 'corridor', places: PLACES.slice(0, 1) })).toBeNull();
  expect(draftOf({ ...sketch, kind: 'circle', places: PLACES.slice(0, 1) })).toBeNull();
  expect(draftOf({ ...sketch, kind: 'area', places: PLACES })?.geometry).toEqual({
    type: 'Polygon',
    coordinates: [[...PLACES, PLACES[0]]],
  });
});

test('a rectangle is an area counter-clockwise, whichever corners were clicked', () => {
  const [a, b]: Place[] = [
    [120.4, 31.4],
    [120.3, 31.5],
  ];
  const draft = draftOf({ kind: 'rectangle', places: [a, b], holes: [], width: 60 });
  expect(draft?.geometry).toEqual({
    type: 'Polygon',
    coordinates: [
      [
        [120.3, 31.4],
        [120.4, 31.4],
        [120.4, 31.5],
        [120.3, 31.5],
        [120.3, 31.4],
      ],
    ],
  });
});

test('what is taken by its corners and left alone is what it was', () => {
  const drafts: FenceDraft[] = [
    { geometry: { type: 'Point', coordinates: [120.3, 31.5] }, radius: 750 },
    { geometry: { type: 'LineString', coordinates: PLACES }, width: [40, 80] },
    {
      geometry: {
        type: 'Polygon',
        coordinates: [
          [...PLACES, PLACES[0]],
          [
            [120.309, 31.505],
            [120.311, 31.505],
            [120.31, 31.507],
            [120.309, 31.505],
          ],
        ],
      },
    },
  ];
  for (const draft of drafts) {
    const again = draftOf(sketchOf(draft)!)!;
    expect(again.geometry.type).toBe(draft.geometry.type);
    expect(again.radius).toBe(draft.radius);
    expect(again.width).toEqual(draft.width);
    expect((again.geometry as GeoJSON.Polygon).coordinates[0]).toEqual(
      (draft.geometry as GeoJSON.Polygon).coordinates[0],
    );
  }
  expect(sketchOf({ geometry: { type: 'MultiPolygon', coordinates: [] } })).toBeNull();
});

const NONE: RuleChoices = { enter: false, exit: false, enterAfter: NaN, exitAfter: NaN, limit: NaN, duration: NaN };

test('rules that are kept keep what the editor does not ask about', () => {
  const before: FenceRule[] = [
    { type: 'enter', severity: 'critical', timing: { minDuration: 300, coolDown: 60 } },
    { type: 'overspeed', limit: 40, duration: 10, severity: 'info', schedule: { weekdays: [1] } },
  ];
  const chosen = { ...NONE, enter: true, enterAfter: 300, limit: 40, duration: 10 };
  expect(choicesOf(before)).toEqual(chosen);
  expect(rulesOf(before, chosen)).toEqual(before);
  expect(rulesOf(before, { ...NONE, enter: true, exit: true, exitAfter: 20, limit: 50 })).toEqual([
    { type: 'enter', severity: 'critical', timing: { coolDown: 60 } },
    { type: 'exit', timing: { minDuration: 20 } },
    { type: 'overspeed', limit: 50, severity: 'info', duration: undefined, schedule: { weekdays: [1] } },
  ]);
  expect(rulesOf([{ type: 'enter', timing: { minDuration: 5 } }], { ...NONE, enter: true })).toEqual([
    { type: 'enter' },
  ]);
  expect(rulesOf(before, NONE)).toEqual([]);
  const perSegment: FenceRule[] = [{ type: 'overspeed', limit: [40, null, 60] }];
  expect(rulesOf(perSegment, NONE)).toEqual(perSegment);
});
