import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { tools } from '../../../protocols/ais/tools.js';

interface Vector {
  id: string;
  payload: string[];
  expect: Record<string, unknown>;
}
const all: Vector[] = JSON.parse(readFileSync(new URL('../../vectors/ais.json', import.meta.url), 'utf8'));
const explain = (...lines: string[]) => tools.explain(Buffer.from(lines.join('\n')));

describe('public vectors', () => {
  test.each(all.filter((v) => v.expect.error === undefined))('$id says all that it should', (vector) => {
    expect(explain(...vector.payload).map(({ decoded }) => decoded)).toEqual([
      { ok: true, protocol: 'ais', messageName: expect.any(String), ...vector.expect },
    ]);
  });

  test.each(all.filter((v) => v.expect.error === 'checksum'))('$id is refused', ({ payload, expect: { computed } }) => {
    const right = computed ?? payload[0].slice(-2).replace('5D', '5C');
    const message = `the check code is ${payload[0].slice(-2)} and should be ${right}`;
    const error = { code: 'bad-checksum', message, offset: payload[0].length - 2 };
    expect(explain(...payload)).toMatchObject([{ decoded: { ok: false, protocol: 'ais', error } }]);
  });
});

const HEAD = '!AIVDM,1,1,,B,15M67FC000G?ufbE`FepT@3n00Sa,0*5C';
const [FIRST, SECOND] = all.find(({ id }) => id === 'ais-t5-everdiadem')?.payload ?? [];

/** A sentence with its right check code. */
function sentence(body: string): string {
  let xor = 0;
  for (const c of body) xor ^= c.charCodeAt(0);
  return `!${body}*${xor.toString(16).toUpperCase().padStart(2, '0')}`;
}

test('parts in any order and between others are one message; a part alone is said to be', () => {
  expect(explain(SECOND, HEAD, FIRST).map(({ decoded }) => decoded.ok && decoded.type)).toEqual([1, 5]);
  expect(explain(FIRST, HEAD)).toMatchObject([
    { decoded: { ok: true, type: 1 } },
    { offset: 0, decoded: { ok: false, error: { code: 'bad-package', offset: 0 } } },
  ]);
});

test('tag blocks, words of loggers and other sentences do not disturb', () => {
  const lines = [
    `\\s:2573135,c:1394204400*5E\\${HEAD}`,
    `${HEAD},rORBCOMM000,1394204400`,
    sentence('GPGGA,1').replace('!', '$'),
    `${HEAD}\r`,
  ];
  expect(explain(...lines).map(({ decoded }) => decoded.ok && decoded.mmsi)).toEqual(Array(3).fill(366053209));
});

test.each([
  ['hello', 'no-frame'],
  ['!AIVDM,1,1,,B,15M67FC000G?ufbE`FepT@3n00Sa,0', 'bad-checksum'],
  [sentence('AIVDM,1,1,,B,15M67FC000G?ufbE`FepT@3n00Sa'), 'bad-body'],
  [sentence('AIVDM,1,2,,B,15M67FC000G?ufbE`FepT@3n00Sa,0'), 'bad-body'],
  [sentence('AIVDM,1,1,,B,15M67FC000G?ufbE`FepT@3n00Sa,6'), 'bad-body'],
  [sentence('AIVDM,1,1,,B,15M67~C000G?ufbE`FepT@3n00Sa,0'), 'bad-body'],
  [sentence('AIVDM,1,1,,B,15M67FC000,0'), 'short-body'],
  [sentence('AIVDM,1,1,,B,5,0'), 'short-body'],
])('%s is refused', (line, code) => {
  expect(explain(line)).toMatchObject([{ decoded: { ok: false, error: { code } } }]);
});

test('what is not about ships has its head', () => {
  // A base station's report.
  expect(explain(sentence('AIVDM,1,1,,B,403OviQuMGCqWrRO9>E6fE700@GO,0'))).toMatchObject([
    { decoded: { ok: true, messageName: 'NotRead', type: 4, mmsi: 3669702 } },
  ]);
});
