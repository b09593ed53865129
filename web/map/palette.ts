/** Colours of the map, read once from the style sheet so that panels and map cannot differ. */
export interface Palette {
  sea: string;
  land: string;
  coast: string;
  graticule: string;
  fence: string;
  track: string;
  density: string;
  densityLow: string;
  draft: string;
  roadUnknown: string;
  roadSlow: string;
  roadMiddling: string;
  roadFast: string;
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
  // A colour may be written in any way that CSS knows; as the colour of an element it is read as `rgb(r, g, b)`.
  const probe = document.body.appendChild(document.createElement('i'));
  const css = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const rgb = (name: string) =>
    css(name)
      .match(/\d+/g)!
      .map((part) => Number(part) / 255) as Rgb;
  const palette = {
    sea: css('map-sea'),
    land: css('map-land'),
    coast: css('map-coast'),
    graticule: css('map-graticule'),
    fence: css('fence'),
    track: css('track'),
    density: css('moving'),
    densityLow: css('density-low'),
    draft: css('draft'),
    roadUnknown: css('road-unknown'),
    roadSlow: css('road-slow'),
    roadMiddling: css('road-middling'),
    roadFast: css('road-fast'),
    trail: rgb('trail'),
    outline: rgb('map-outline'),
    stale: rgb('stale'),
    stopped: rgb('stopped'),
    moving: rgb('moving'),
    alarm: rgb('alarm'),
    selected: rgb('text'),
  };
  probe.remove();
  return palette;
}
