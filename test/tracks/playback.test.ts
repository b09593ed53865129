import { expect, test } from 'vitest';
import type { Report } from '../../store/places.js';
import { playback } from '../../tracks/playback.js';
import { at, DAY } from './support.js';

const corner = at(0, 1000, 1000);
const BOX = { minX: 120, minY: 31, maxX: corner.lon, maxY: corner.lat };

function row(no: number, seconds: number, east: number): Report {
  const p = at(seconds, east, 500);
  return { vehicleNo: no, fixTime: p.fixTime, lon: p.lon, lat: p.lat, speedKmh: 36, headingDeg: 90 };
}

async function shown(rows: Report[], seconds: number, step: number): Promise<string[]> {
  const asked: number[] = [];
  const source = {
    async *reportsIn(_: object, from: number, to: number) {
      asked.push(from - DAY, to - DAY);
      const within = rows.filter(({ fixTime }) => fixTime >= from && fixTime < to);
      for (let i = 0; i < within.length; i += 2) yield within.slice(i, i + 2);
    },
  };
  const lines: string[] = [];
  for await (const { time, reports } of playback(source, BOX, DAY, DAY + seconds * 1000, step * 1000)) {
    lines.push(
      `${(time - DAY) / 1000}: ${[...reports].map(({ vehicleNo, fixTime }) => `${vehicleNo}@${(fixTime - DAY) / 1000}`).join(' ')}`,
    );
  }
  expect(asked).toEqual([-600_000, seconds * 1000 + 1]);
  return lines;
}

test('at every moment the newest report of everybody who is there', async () => {
  const rows = [row(1, -100, 100), row(2, 5, 200), row(1, 10, 300), row(2, 15, 1500), row(1, 30, 400)];
  expect(await shown(rows, 40, 10)).toEqual(['0: 1@-100', '10: 1@10 2@5', '20: 1@10', '30: 1@30', '40: 1@30']);
});

test('who is silent for more than ten minutes is no longer shown; every moment has its line', async () => {
  expect(await shown([row(1, 0, 100)], 900, 300)).toEqual(['0: 1@0', '300: 1@0', '600: 1@0', '900: ']);
  expect(await shown([], 20, 10)).toEqual(['0: ', '10: ', '20: ']);
});
