import { describe, expect, test } from 'vitest';
import { commandSet } from '../../../../protocols/jt808/commands/index.js';
import { parameterRule, RULED_PARAMETERS } from '../../../../protocols/jt808/commands/parameter-rules.js';
import { PARAMETERS } from '../../../../protocols/jt808/messages/parameters-table.js';

/** `path: message` of all that is wrong. */
function problems(type: string, params: unknown): string[] {
  const outcome = commandSet.check(type, params);
  return outcome !== null && 'problems' in outcome ? outcome.problems.map((p) => `${p.path}: ${p.message}`) : [];
}

test('a type that there is not', () => {
  expect(commandSet.check('self-destruct', {})).toBeNull();
});

test('what is taken has its defaults filled in', () => {
  expect(commandSet.check('text', { text: 'a' })).toEqual({
    params: {
      text: 'a',
      urgent: false,
      display: true,
      speak: true,
      advertising: false,
      kind: 'notice',
      canFault: false,
    },
  });
  expect(commandSet.check('locate', undefined)).toEqual({ params: {} });
});

describe('what is wrong, and where', () => {
  test.each<[string, unknown, string[]]>([
    ['text', {}, ['text: is missing']],
    ['text', { text: '' }, ['text: must have 1 to 1024 bytes in GBK, not 0']],
    ['text', { text: '车'.repeat(513) }, ['text: must have 1 to 1024 bytes in GBK, not 1026']],
    ['text', { text: 'a😀b' }, ['text: GBK, which terminals read, has no "😀"']],
    ['text', { text: 7, urgent: 'yes' }, ['text: must be text, not 7', 'urgent: must be true or false, not "yes"']],
    [
      'text',
      { text: 'a', colour: 'red' },
      ['colour: is not known here; allowed: text, urgent, display, speak, advertising, kind, canFault'],
    ],
    ['text', [], [': must be an object, not []']],
    ['locate', { now: true }, ['now: is not known here; allowed: nothing']],
    ['track', { interval: 70000 }, ['interval: must be a whole number from 0 to 65535, not 70000']],
    ['track', { interval: 1.5 }, ['interval: must be a whole number from 0 to 65535, not 1.5']],
    [
      'confirm-alarm',
      { alarms: ['overspeed'] },
      [
        'alarms[0]: must be one of emergency, dangerous-driving, area-in-out, route-in-out, section-time, ' +
          'illegal-ignition, illegal-displacement, not "overspeed"',
      ],
    ],
    ['confirm-alarm', { alarms: [] }, ['alarms: must have 1 to 7 members, not 0']],
    [
      'set-parameters',
      { parameters: { heartbeatIntervalS: 0 } },
      ['parameters.heartbeatIntervalS: must be a whole number from 1 to 86400, not 0'],
    ],
    [
      'set-parameters',
      { parameters: { '0x0001': 0 } },
      ['parameters.0x0001: must be a whole number from 1 to 86400, not 0'],
    ],
    [
      'set-parameters',
      { parameters: { heartbeat: 1 } },
      ['parameters.heartbeat: is no parameter; give one of the names in docs/commands.md, or an id such as 0x0013'],
    ],
    ['set-parameters', { parameters: { '0xF364': 1 } }, ['parameters.0xF364: must be an object, not 1']],
    ['set-parameters', { parameters: {} }, ['parameters: must have 1 to 255 parameters, not 0']],
    [
      'get-parameters',
      { parameters: ['nonsense'] },
      ['parameters[0]: "nonsense" is no parameter; give one of the names in docs/commands.md, or an id such as 0x0013'],
    ],
    ['terminal-control', { action: 'connect' }, ['connect: is missing']],
    ['terminal-control', { action: 'reset', upgrade: { url: 'x' } }, ['upgrade: must not be there with reset']],
    ['upgrade', { device: 'terminal', version: '1', data: 'not base64' }, ['data: must be base64, not "not base64"']],
    [
      'phone-book',
      { action: 'append', contacts: [{ name: 'a', phone: '1'.repeat(21) }] },
      ['contacts[0].phone: must have 1 to 20 bytes in GBK, not 21'],
    ],
    [
      'phone-book',
      { action: 'clear', contacts: [{ name: 'a', phone: '1' }] },
      ['contacts: must not be there with clear'],
    ],
    ['vehicle-control', {}, [': either doors or control must be there']],
    [
      'photo',
      { channel: 1, resolution: '8k' },
      [
        'resolution: must be one of lowest, 320x240, 640x480, 800x600, 1024x768, 176x144, 352x288, 704x288, 704x576, ' +
          'highest, not "8k"',
      ],
    ],
    [
      'media-search',
      { media: 'image', event: 'timed', from: '2026-03-01T00:00:00Z' },
      ['to: is missing: a period has both ends'],
    ],
    [
      'media-search',
      { media: 'image', event: 'timed', from: 'yesterday', to: '1999-01-01T00:00:00Z' },
      [
        'from: must be an RFC 3339 time of 2000 to 2099, not "yesterday"',
        'to: must be an RFC 3339 time of 2000 to 2099, not "1999-01-01T00:00:00Z"',
      ],
    ],
    [
      'set-polygon',
      {
        id: 1,
        points: [
          { lon: -1, lat: 1 },
          { lon: 1, lat: 1 },
          { lon: 1, lat: 2 },
        ],
      },
      ['points: an area cannot cross the meridians of 0° and 180°'],
    ],
    [
      'set-circles',
      { areas: [{ id: 1, lon: 0, lat: 0, radius: 1, period: { from: '25:00', to: '26:00' } }] },
      [
        'areas[0].period: from and to must both be times of day such as 08:30, or both RFC 3339 times, the first one earlier',
      ],
    ],
    [
      'set-rectangles',
      { areas: [{ id: 1, west: 2, east: 1, south: 0, north: 1 }] },
      ['areas[0].east: must be greater than west'],
    ],
    ['get-recorder-data', { data: 'speed' }, ['from: is missing: speed is of a period']],
    ['video-start', { server: 'a', channel: 1 }, ['tcpPort: is missing: give tcpPort, udpPort or both']],
    ['transparent', { kind: 0, hex: 'abc' }, ['hex: must be 1 to 65536 bytes as hex digits, not "abc"']],
  ])('%s %j', (type, params, expected) => {
    expect(problems(type, params)).toEqual(expected);
  });
});

test('every rule is of a parameter in the table, and every number in the table has bounds that its type can hold', () => {
  const names = new Set(PARAMETERS.map(({ name }) => name));
  expect(RULED_PARAMETERS.filter((name) => !names.has(name))).toEqual([]);
  const most: Record<string, number> = { BYTE: 0xff, WORD: 0xffff, DWORD: 0xffff_ffff };
  for (const known of PARAMETERS.filter(({ type }) => type in most)) {
    const { low, high } = parameterRule(known);
    expect([known.name, low <= high, high <= most[known.type]]).toEqual([known.name, true, true]);
    expect(RULED_PARAMETERS, known.name).toContain(known.name);
  }
});
