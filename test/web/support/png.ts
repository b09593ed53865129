import { inflateSync } from 'node:zlib';

export type Rgb = readonly [red: number, green: number, blue: number];

/** An image as rows of 8-bit RGB or RGBA. */
export interface Image {
  width: number;
  height: number;
  at(x: number, y: number): Rgb;
}

/** Reads what Chromium's screenshots are: PNG of 8 bits per channel, not interlaced (RFC 2083). */
export function readPng(png: Buffer): Image {
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const channels = png[25] === 6 ? 4 : 3;
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  const pixels = unfilter(inflateSync(Buffer.concat(parts)), width * channels, height, channels);
  return {
    width,
    height,
    at(x, y) {
      const i = (Math.round(y) * width + Math.round(x)) * channels;
      return [pixels[i], pixels[i + 1], pixels[i + 2]];
    },
  };
}

/** Pixels within `reach` of a place that pass. */
export function countNear(image: Image, x: number, y: number, reach: number, passes: (colour: Rgb) => boolean): number {
  let count = 0;
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const inside = x + dx >= 0 && x + dx < image.width && y + dy >= 0 && y + dy < image.height;
      if (inside && passes(image.at(x + dx, y + dy))) count++;
    }
  }
  return count;
}

/** A test for colours of which no channel is further than `tolerance` from `wanted`. */
export function like(wanted: Rgb, tolerance = 24): (colour: Rgb) => boolean {
  return (colour) => colour.every((channel, i) => Math.abs(channel - wanted[i]) <= tolerance);
}

function unfilter(raw: Buffer, rowBytes: number, height: number, step: number): Buffer {
  const out = Buffer.alloc(rowBytes * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (rowBytes + 1)];
    for (let x = 0; x < rowBytes; x++) {
      const at = y * rowBytes + x;
      const left = x >= step ? out[at - step] : 0;
      const up = y > 0 ? out[at - rowBytes] : 0;
      const corner = x >= step && y > 0 ? out[at - rowBytes - step] : 0;
      const added = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      out[at] = raw[y * (rowBytes + 1) + 1 + x] + added;
    }
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [dl, du, dc] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return dl <= du && dl <= dc ? left : du <= dc ? up : corner;
}
