import { encodeFrame } from '../../protocols/jt808/encode.js';
import { v1Batch, v1Position } from '../../protocols/mqtt/v1-protobuf-write.js';
import { hurtFrame } from './hurt-frames.js';
import type { Pick } from './random.js';

export interface FuzzMessage {
  topic: string;
  payload: Buffer;
}

const NOW = Date.UTC(2026, 0, 31, 4);
const FIX = { t: NOW, lon: 121.5, lat: 31.2 };
const EMQX = {
  alarm: 0,
  status: 3,
  latitude: 31_200_000,
  longitude: 121_500_000,
  time: '260131120000',
  extra: { rssi: 9 },
};
const DEVICE = { id: 1, uniqueId: '860000000000001', name: 'car' };

const FRAME = encodeFrame({
  ...{ msgId: 0x0200, edition: '2013', phone: '013800138000', seq: 1 },
  fields: {
    alarm: 0,
    status: 3,
    lat: 31.2,
    lon: 121.5,
    altitude: 5,
    speedKmh: 50,
    direction: 90,
    time: '2026-01-31T12:00:00+08:00',
  },
});

/** One good message of every kind, as JSON where it is. */
const GOOD_JSON: readonly [topic: string, value: unknown][] = [
  [
    'v1/acme/vehicles/A/position',
    { ...FIX, s: 60, h: 90, a: 5, o: 1000, al: 0, st: 3, b: 'loaded', n: 7, x: { temp: 3 } },
  ],
  ['v1/acme/vehicles/A/positions', { v: 1, items: [FIX, { ...FIX, t: NOW + 1000 }] }],
  [
    'v1/acme/batch',
    [
      { id: 'A', ...FIX },
      { id: 'B', ...FIX },
    ],
  ],
  ['v1/acme/vehicles/A/status', { online: false, ts: NOW }],
  ['v1/acme/vehicles/A/cmd/c0000000000000001/ack', { ok: false, reason: 'door-open', result: { door: 2 }, ts: NOW }],
  ['jt808/c/013800138000/up', { header: { msg_id: 512, phone: '013800138000', proto_ver: 1 }, body: EMQX }],
  ['jt808/c/1/up', { header: { msg_id: 1796, phone: '1' }, body: { type: 1, location: [EMQX, EMQX] } }],
  ['jt808/c/1/up', { header: { msg_id: 513, phone: '1' }, body: { seq: 4, params: EMQX } }],
  [
    'owntracks/jane/phone',
    { _type: 'location', lat: 31.2, lon: 121.5, tst: NOW / 1000, vel: 54, cog: 1, alt: 5, acc: 8 },
  ],
  ['owntracks/jane/phone/event', { _type: 'transition', event: 'enter', desc: 'home', tst: NOW / 1000 }],
  ['tb/car/telemetry', [{ ts: NOW, values: { Latitude: 31.2, LNG: 121.5, speed: 40, ACC: true } }, { battery: 3 }]],
  ['v1/gateway/telemetry', { A: [{ ts: NOW, values: { lat: 31.2, lon: 121.5 } }], B: { battery: 3 } }],
  [
    'traccar/positions',
    {
      device: DEVICE,
      position: {
        fixTime: '2026-01-31T04:00:00Z',
        latitude: 31.2,
        longitude: 121.5,
        valid: true,
        attributes: { odometer: 5 },
      },
    },
  ],
  ['traccar/events', { device: DEVICE, event: { type: 'geofenceEnter', eventTime: '2026-01-31T04:00:00Z' } }],
];
const GOOD_BYTES: readonly FuzzMessage[] = [
  { topic: 'v1/acme/vehicles/A/position', payload: Buffer.from(v1Position({ ...FIX, speedKmh: 60, status: 3 })) },
  {
    topic: 'v1/acme/batch',
    payload: Buffer.from(v1Batch(['A', 'B', 'C'].map((vehicleId, i) => ({ ...FIX, t: NOW + i, vehicleId })))),
  },
];

/** What stands where something else was meant. */
const WRONG: readonly unknown[] = [
  ...[null, true, false, 0, -1, 0.5, 1e308, -1e308, 2 ** 53, 0xffff_ffff, '', '0', 'x', '\u0000', '__proto__', [], {}],
  ...[[[]], { __proto__: 1 }, 'x'.repeat(70), [1, 'a', null], { items: [{}] }],
];
const MAX_HURTS = 4;

/** A message that nobody should send, most of them nearly good. */
export function hurtMessage(pick: Pick): FuzzMessage {
  const kind = pick(100);
  if (kind < 55) return hurtJson(pick);
  if (kind < 75) return hurtBytes(pick, GOOD_BYTES[pick(GOOD_BYTES.length)]);
  if (kind < 90) return { topic: 'jt808-frames/13800138000/up', payload: hurtFrame(pick, [FRAME]) };
  if (kind < 99) return hurtText(pick);
  return monster(pick);
}

/** A JSON value of which some members are something else, missing, or under another name. */
function hurtJson(pick: Pick): FuzzMessage {
  const [topic, good] = GOOD_JSON[pick(GOOD_JSON.length)];
  const value = structuredClone(good);
  for (let n = pick(MAX_HURTS); n > 0; n--) hurtMember(pick, value);
  // Now and then where another kind was expected.
  const elsewhere = pick(20) === 0 ? GOOD_JSON[pick(GOOD_JSON.length)][0] : topic;
  return { topic: elsewhere, payload: Buffer.from(JSON.stringify(value)) };
}

function hurtMember(pick: Pick, value: unknown): void {
  let at = value as Record<string, unknown>;
  for (;;) {
    const names = Object.keys(at);
    if (names.length === 0) return;
    const name = names[pick(names.length)];
    const inner = at[name];
    if (typeof inner === 'object' && inner !== null && pick(4) > 0) {
      at = inner as Record<string, unknown>;
      continue;
    }
    const how = pick(6);
    if (how === 0) delete at[name];
    else if (how === 1) at[`${name}x`] = inner;
    else at[name] = WRONG[pick(WRONG.length)];
    return;
  }
}

/** Some bytes of something good are others, or fewer, or more. */
function hurtBytes(pick: Pick, { topic, payload }: FuzzMessage): FuzzMessage {
  let hurt = Buffer.from(payload);
  for (let n = pick(MAX_HURTS + 1); n > 0 && hurt.length > 0; n--) hurt[pick(hurt.length)] = pick(256);
  if (pick(4) === 0) hurt = hurt.subarray(0, pick(hurt.length + 1));
  if (pick(10) === 0) hurt = Buffer.concat([hurt, hurt.subarray(pick(hurt.length + 1))]);
  return { topic, payload: hurt };
}

/** JSON as text, hurt without regard to its grammar. */
function hurtText(pick: Pick): FuzzMessage {
  const [topic, good] = GOOD_JSON[pick(GOOD_JSON.length)];
  return hurtBytes(pick, { topic, payload: Buffer.from(JSON.stringify(good)) });
}

/** Too large, too deep, too many, of no topic. */
function monster(pick: Pick): FuzzMessage {
  const [topic] = GOOD_JSON[pick(GOOD_JSON.length)];
  const deep = 1 << (3 + pick(14));
  const payloads = [
    () => '['.repeat(deep),
    () => `${'{"x":'.repeat(deep)}1${'}'.repeat(deep)}`,
    () => `{"t":${NOW},"lon":1,"lat":2,"x":${'['.repeat(deep)}${']'.repeat(deep)}}`,
    () => JSON.stringify(Array(999 + pick(3)).fill({ id: 'A', ...FIX })),
    () => 'x'.repeat(262_140 + pick(10)),
    () => `{${Array.from({ length: 500 }, (_, i) => `"k${i}":${i}`).join()}}`,
  ];
  const payload = Buffer.from(payloads[pick(payloads.length)]());
  return { topic: pick(3) === 0 ? `${topic}/${'deeper/'.repeat(pick(50))}` : topic, payload };
}
