import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LOCATED } from '../../../model/position.js';
import { AisConversation } from '../../../protocols/ais/conversation.js';
import { positionOf } from '../../../protocols/ais/position.js';
import { converse, readAll } from '../sink-log.js';

const NOW = Date.parse('2026-01-31T04:00:10.000Z');
const ais = { open: (sink: ConstructorParameters<typeof AisConversation>[0]) => new AisConversation(sink, () => NOW) };
const feed = (...lines: string[]) => Buffer.from(lines.map((line) => `${line}\r\n`).join(''));

const SHANGHAI = '!AIVDM,1,1,,B,B6:VU2P0<:;2r84N5obLOwR2P0S9,0*23';
const RESTRICTED = '!AIVDM,1,1,,B,15M67FC000G?ufbE`FepT@3n00Sa,0*5C';
const BEYOND = '!AIVDM,1,1,,B,33sOto0P08lQCKA:>143I1ms0000,0*4A';
const DIADEM = [
  '!AIVDM,2,1,1,A,55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp8,0*1C',
  '!AIVDM,2,2,1,A,88888888880,2*25',
];

test('positions of vessels in our units, at the second that they say', () => {
  const { sink } = converse(ais, feed(SHANGHAI, RESTRICTED, BEYOND));
  expect(sink.all('position').map((entry) => entry.position)).toMatchObject([
    { lon: 121.49976, lat: 31.248843, headingDeg: 250, flags: LOCATED, statusWord: 0, alarms: 0 },
    { headingDeg: 219, statusWord: 3 },
    { lon: -160.496893, lat: Number.NaN, flags: 0, statusWord: 0 },
  ]);
  const [shanghai, restricted, beyond] = sink.all('position').map((entry) => entry.position);
  expect(shanghai.speedKmh).toBeCloseTo(4.8 * 1.852, 6);
  // Second 4 was six seconds ago; second 59 eleven; 61 is set by hand.
  expect([shanghai, restricted, beyond].map(({ fixTime }) => fixTime - NOW)).toEqual([-6000, -11_000, 0]);
  expect(sink.all('reply')).toEqual([]);
});

test.each([
  [{ cogDeg: 359.9, headingDeg: 10 }, 0],
  [{ cogDeg: 360.5, headingDeg: 10 }, 10], // reserved
  [{ cogDeg: null, headingDeg: 400 }, Number.NaN], // reserved
])('a direction that there is: %j', (said, headingDeg) => {
  const report = { ...{ type: 1, mmsi: 413771018, lon: 121, lat: 31, sogKn: 0, second: 0, navStatus: 0 }, ...said };
  expect(positionOf(report, NOW)?.headingDeg).toBe(headingDeg);
});

test('a tag block says when it was received', () => {
  const { sink } = converse(ais, feed(`\\c:1394204400*5E\\${SHANGHAI}`));
  expect(sink.all('position')[0].position.fixTime).toBe(1_394_204_404_000);
});

test('the name of a vessel, once, and again when something changes', () => {
  const { sink } = converse(ais, feed(...DIADEM, ...DIADEM));
  expect(sink.all('register')).toMatchObject([
    { register: { terminal: { number: 'mmsi:351759000' }, plate: 'EVER DIADEM' } },
  ]);
  expect(sink.all('upload')).toMatchObject([
    {
      upload: {
        kind: 'vessel',
        content: { mmsi: '351759000', callsign: '3FOF8', destination: 'NEW YORK', draughtM: 12.2 },
      },
    },
  ]);
});

test('a distress device, and a ship whose transponder is active, call for help', () => {
  // MMSI 970010119 with status 14, from the text on AIS-SART.
  const body = 'AIVDM,1,1,,A,1>O5`4wP01:F?BrE`WLhN8Il0<0j,0';
  const { sink } = converse(ais, feed(`!${body}*${check(body)}`));
  expect(sink.all('position')).toMatchObject([{ position: { alarms: 1 } }]);
});

function check(body: string): string {
  let xor = 0;
  for (const c of body) xor ^= c.charCodeAt(0);
  return xor.toString(16).toUpperCase().padStart(2, '0');
}

test('what is no sentence is refused; what waits for too long is given up', () => {
  const { talk, sink } = converse(
    ais,
    feed('GET / HTTP/1.1', SHANGHAI.replace('*23', '*24'), '', '# a comment', DIADEM[0]),
  );
  expect(sink.all('reject').map(({ reject }) => reject)).toEqual(['no-frame', 'bad-checksum']);
  expect(talk.held).toBe(DIADEM[0].split(',')[5].length);
  talk.tick(NOW);
  talk.tick(NOW + 29_000);
  expect(sink.all('reject')).toHaveLength(2);
  talk.tick(NOW + 30_000);
  expect(sink.all('reject').slice(2)).toMatchObject([
    { reject: 'package-timeout', detail: expect.stringContaining('1 of 2') },
  ]);
  expect(talk.held).toBe(0);
  const strange = converse(ais);
  strange.sink.admitted = () => false;
  strange.talk.receive(feed(SHANGHAI));
  expect(strange.sink.all('reject')).toMatchObject([{ reject: 'not-authenticated', detail: 'vessel mmsi:413771018' }]);
});

test('the outcome does not depend on where the stream is cut; noise ends as rejects, and memory is bounded', () => {
  const stream = feed('garbage', SHANGHAI, ...DIADEM, RESTRICTED);
  const whole = readAll(ais, [stream]);
  expect(whole.length).toBeGreaterThan(6);
  for (let i = 1; i < stream.length; i++) {
    expect(readAll(ais, [stream.subarray(0, i), stream.subarray(i)])).toEqual(whole);
  }
  const { talk } = converse(ais, Buffer.alloc(100_000, 0x41));
  expect(talk.held).toBeLessThanOrEqual(512);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(SHANGHAI.length - 1), (noise, at) => {
      const hurt = `${SHANGHAI.slice(0, at)}${Buffer.from(noise).toString('latin1')}${SHANGHAI.slice(at)}`;
      const { sink } = converse(ais, Buffer.from(noise), feed(hurt), feed(RESTRICTED));
      expect(sink.all('position').length).toBeGreaterThanOrEqual(1);
    }),
    { seed: 1371, numRuns: 300 },
  );
});
