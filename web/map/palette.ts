/** Colours of the map, read once from the style sheet so that panels and map cannot differ. */
export interface Palette {
  sea: string;
  land: string;
  coast: string;
  graticule: string;
  fence: string;
  track: string;
  density: string;
  trail: Rgb;
  outline: Rgb;
  stale: Rgb;
  stopped: Rgb;
  moving: Rgb;
  alarm: Rgb;
  selected: Rgb;
}

/** Red, green, blue, each 0–1. */
export type Rgb = [number, number, number];

export function readPalette(): Palette {
  const styles = getComputedStyle(document.documentElement);
  const hex = (name: string) => styles.getPropertyValue(`--${name}`).trim();
  const rgb = (name: string) => toRgb(hex(name));
  return {
    sea: hex('map-sea'),
    land: hex('map-land'),
    coast: hex('map-coast'),
    graticule: hex('map-graticule'),
    fence: hex('fence'),
    track: hex('track'),
    density: hex('moving'),
    trail: rgb('trail'),
    outline: rgb('map-outline'),
    stale: rgb('stale'),
    stopped: rgb('stopped'),
    moving: rgb('moving'),
    alarm: rgb('alarm'),
    selected: rgb('text'),
  };
}

function toRgb(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [((value >> 16) & 255) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}
