import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TrackContext } from '../../../api/track/format.js';
import { geojsonTrack } from '../../../api/track/geojson.js';
import { gpxTrack } from '../../../api/track/gpx.js';
import { readTrackFile } from '../../../ingest/files/read-track-file.js';
import type { TrackItem } from '../../../ingest/files/recorded-fix.js';
import type { Vehicle } from '../../../model/vehicle.js';
import { tempDir } from '../../support/temp-dir.js';
import { at, DAY } from '../../tracks/support.js';

async function read(name: string, content: string): Promise<TrackItem[]> {
  const file = join(await tempDir(), name);
  await writeFile(file, content);
  const items: TrackItem[] = [];
  for await (const item of readTrackFile(file)) items.push(item);
  return items;
}

const gpx = (inner: string, head = '<?xml version="1.0"?>\n<gpx version="1.1">\n') => `${head}${inner}</gpx>\n`;
const NOT_KNOWN = { speedKmh: Number.NaN, headingDeg: Number.NaN, altitudeM: Number.NaN, mileageKm: Number.NaN };

describe('GPX', () => {
  test('points of 1.0 and 1.1, vehicles by the name of the track, or else of the file', async () => {
    const items = await read(
      'walk.gpx',
      gpx(`<metadata><name>not a vehicle</name><time>2020-01-01T00:00:00Z</time></metadata>
<wpt lat="1" lon="2"><time>2020-01-01T00:00:00Z</time></wpt>
<trk><name>A &amp; <![CDATA[<B>]]></name><trkseg><!-- > -->
<trkpt lat="31.5" lon='120.3'><ele>12.5</ele><time>2020-07-18T09:00:00.5Z</time><name>point</name>
<extensions><gpxtpx:TrackPointExtension><gpxtpx:speed>10</gpxtpx:speed><gpxtpx:course>90</gpxtpx:course></gpxtpx:TrackPointExtension></extensions></trkpt>
</trkseg></trk>
<trk><trkseg><trkpt lat="-1" lon="-2"><speed>1</speed><time>2020-07-18T17:00:00+08:00</time></trkpt></trkseg></trk>
`),
    );
    expect(items).toEqual([
      {
        line: 6,
        vehicle: 'A & <B>',
        fix: {
          ...NOT_KNOWN,
          time: Date.UTC(2020, 6, 18, 9, 0, 0, 500),
          lon: 120.3,
          lat: 31.5,
          speedKmh: 36,
          headingDeg: 90,
          altitudeM: 12.5,
        },
      },
      {
        line: 9,
        vehicle: 'walk',
        fix: { ...NOT_KNOWN, time: Date.UTC(2020, 6, 18, 9), lon: -2, lat: -1, speedKmh: 3.6 },
      },
    ]);
  });

  test('points that are none are said with their line', async () => {
    const point = (attributes: string, time: string) => `<trkpt ${attributes}>${time}</trkpt>\n`;
    const items = await read(
      'a.gpx',
      gpx(
        `<trk><trkseg>\n${point('lat="91" lon="1"', '<time>2020-07-18T09:00:00Z</time>')}${point('lat="1" lon="1"', '')}` +
          `${point('lat="1" lon="1"', '<time>2020-07-18T09:00:00</time>')}</trkseg></trk>\n`,
      ),
    );
    expect(items).toEqual([
      { line: 4, reason: 'lon "1" lat "91" is no place' },
      { line: 5, reason: 'a point without a time' },
      { line: 6, reason: 'time "2020-07-18T09:00:00" is not a time' },
    ]);
  });

  test.each([
    ['', 'not a whole XML document'],
    ['<gpx><trk>', 'not a whole XML document'],
    ['<kml></kml>', '<kml> is not <gpx>'],
    ['<gpx></trk>', '</trk> ends what did not begin'],
    ['hello', 'not a whole XML document'],
    ['hello <gpx/>', 'text outside'],
    ['<!DOCTYPE gpx [<!ENTITY a "aaaa">]><gpx>&a;</gpx>', 'a document type is not taken'],
    [`<gpx>${'<a>'.repeat(100)}`, 'nested deeper than 64'],
    [`<gpx><a b="${'x'.repeat(2_000_000)}"/></gpx>`, 'more than 1048576 characters'],
  ])('%# is refused whole', async (content, message) => {
    await expect(read('a.gpx', content)).rejects.toThrow(message);
  });

  test('a tag of a megabyte without an attribute is looked through once', async () => {
    expect(await read('a.gpx', `<gpx ${'a'.repeat(1_000_000)}></gpx>`)).toEqual([]);
  });

  test('entities are the five of XML and numbers', async () => {
    const named = (name: string) =>
      `<trk><name>${name}</name><trkseg><trkpt lat="1" lon="1"><time>2020-07-18T09:00:00Z</time></trkpt></trkseg></trk>\n`;
    const items = await read('a.gpx', gpx(named('&lt;&#65;&#x42;&constructor;&toString;')));
    expect(items).toMatchObject([{ vehicle: '<AB&constructor;&toString;' }]);
  });

  test('what we export comes back, wherever the pieces are cut', async () => {
    const fixes = Array.from({ length: 5000 }, (_, i) =>
      at(i * 10, i * 100, 0, { speedKmh: 36, headingDeg: 90, altitudeM: 5 }),
    );
    const text = await exported(gpxTrack, fixes);
    const items = await read('a.gpx', text);
    expect(items).toHaveLength(5000);
    expect(items[4999]).toMatchObject({
      vehicle: '沪A·12345',
      fix: { time: fixes[4999].fixTime, lon: expect.closeTo(fixes[4999].lon, 6), speedKmh: 36, headingDeg: 90 },
    });
  });
});

async function exported(format: typeof gpxTrack, fixes: ReturnType<typeof at>[]): Promise<string> {
  const vehicle = { id: 'v1', plate: '沪A·12345' } as Vehicle;
  const context: TrackContext = {
    vehicle,
    from: DAY,
    to: DAY,
    cut: () => null,
    extra: null,
    excel: false,
    datum: 'wgs84',
  };
  let text = '';
  const decoder = new TextDecoder();
  for await (const piece of format.write(
    (async function* () {
      yield fixes;
    })(),
    context,
  )) {
    text += typeof piece === 'string' ? piece : decoder.decode(piece);
  }
  return text;
}

describe('GeoJSON', () => {
  test('what we export comes back, also over gaps and with a fix alone', async () => {
    const fixes = [0, 10, 20, 5000, 9000, 9010].map((s) => at(s, s * 10, 0, { altitudeM: 3 }));
    const items = await read('a.geojson', await exported(geojsonTrack, fixes));
    expect(items.map((item) => 'fix' in item && [item.vehicle, item.fix.time, item.fix.altitudeM])).toEqual(
      fixes.map(({ fixTime }) => ['v1', fixTime, 3]),
    );
  });

  test('points, converted GPX, and what is neither', async () => {
    const feature = (geometry: object | null, properties: object) =>
      JSON.stringify({ type: 'Feature', geometry, properties });
    const line = {
      type: 'LineString',
      coordinates: [
        [1, 2],
        [3, 4],
      ],
    };
    const items = await read(
      'boat.geojsonl',
      [
        feature({ type: 'Point', coordinates: [1, 2] }, { time: '2020-01-01T00:00:00Z', speed: 7, vehicle: 'x' }),
        feature(line, { coordTimes: ['2020-01-01T00:00:00Z', '2020-01-01T00:00:10Z'] }),
        feature(line, {}),
        feature({ type: 'Point', coordinates: [1, 200] }, { time: 1 }),
        feature({ type: 'Point', coordinates: [1, 2] }, { time: 'soon' }),
        feature(null, {}),
        feature({ type: 'Polygon', coordinates: [] }, {}),
        '{"type":',
        feature({ type: 'Point', coordinates: [1, 2] }, { time: '2020-01-01T00:00:00' }),
      ].join('\n'),
    );
    expect(
      items.map((item) => ('fix' in item ? [item.line, item.vehicle, item.fix.lon, item.fix.speedKmh] : item)),
    ).toEqual([
      [1, 'x', 1, 7],
      [2, 'boat', 1, Number.NaN],
      [2, 'boat', 3, Number.NaN],
      { line: 3, reason: 'properties.times does not have a time for each coordinate' },
      { line: 4, reason: 'a coordinate that is no longitude and latitude' },
      { line: 5, reason: 'time "soon" is not a time' },
      { line: 7, reason: 'no Feature with a Point, a LineString or a MultiLineString' },
      { line: 8, reason: 'no Feature with a Point, a LineString or a MultiLineString' },
      { line: 9, reason: 'time "2020-01-01T00:00:00" is not a time' },
    ]);
  });
});

test('a file of another kind is told which there are', async () => {
  await expect(read('a.txt', '')).rejects.toThrow('.csv, .gpx, .geojson');
});
