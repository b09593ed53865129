import { text } from 'node:stream/consumers';
import { connectBroker } from '../../broker/connect.js';
import { randomFrom } from '../../cli/support/random.js';
import { v1Batch } from '../../protocols/mqtt/v1-protobuf-write.js';

export interface MqttLoadJob {
  port: number;
  messages: number;
  /** Fixes in each message: 1 is JSON on the vehicle's own topic, more are protobuf on the topic of batches. */
  batch: number;
  vehicles: number;
  /** Epoch ms. */
  firstFixTime: number;
}

/** Messages on their way at once. */
const WINDOW = 1000;

/**
 * Publishes at QoS 1, and ends when the broker has acknowledged every message: `mqtt-load.js < job`.
 * Each vehicle reports once a second, so that no two fixes of one are alike.
 */
const job = JSON.parse(await text(process.stdin)) as MqttLoadJob;
const random = randomFrom(1883);
const client = await connectBroker(
  {
    ...{ url: `mqtt://127.0.0.1:${job.port}`, version: '3.1.1', user: null, password: null },
    ...{ caFile: null, certFile: null, keyFile: null },
  },
  { clientId: `load-${process.pid}` },
);
await new Promise((resolve) => client.once('connect', resolve));
let made = 0;
let bytes = 0;
for (let done = 0; done < job.messages; ) {
  const wave = Array.from({ length: Math.min(WINDOW, job.messages - done) }, () => {
    const { topic, payload } = job.batch === 1 ? single() : batch();
    bytes += payload.length;
    return client.publishAsync(topic, payload, { qos: 1 });
  });
  await Promise.all(wave);
  done += wave.length;
}
await client.endAsync();
console.log(JSON.stringify({ fixes: made, bytesPerFix: bytes / made }));

function fix() {
  const i = made++;
  return {
    vehicle: i % job.vehicles,
    t: job.firstFixTime + Math.floor(i / job.vehicles) * 1000,
    lon: 121 + Math.round(random() * 1e6) / 1e6,
    lat: 31 + Math.round(random() * 1e6) / 1e6,
    speed: Math.round(random() * 1200) / 10,
    heading: Math.floor(random() * 360),
    mileage: Math.round(1e5 + i) / 10,
  };
}

function single(): { topic: string; payload: Buffer } {
  const { vehicle, t, lon, lat, speed: s, heading: h, mileage: o } = fix();
  const payload = Buffer.from(JSON.stringify({ t, lon, lat, s, h, o, al: 0, st: 3 }));
  return { topic: `v1/bench/vehicles/car-${vehicle}/position`, payload };
}

function batch(): { topic: string; payload: Buffer } {
  const fixes = Array.from({ length: job.batch }, () => {
    const { vehicle, t, lon, lat, speed: speedKmh, heading: headingDeg, mileage: mileageKm } = fix();
    return { t, lon, lat, speedKmh, headingDeg, mileageKm, status: 3, vehicleId: `car-${vehicle}` };
  });
  return { topic: 'v1/bench/batch', payload: Buffer.from(v1Batch(fixes)) };
}
