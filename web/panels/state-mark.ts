import type { Severity } from '../../model/alert.js';
import { svg } from '../dom.js';
import { t } from '../text/language.js';
import type { VehicleState } from '../vehicle-state.js';

/** The same shapes that the map draws (web/map/vehicle-shaders.ts), for lists and the legend. */
export function stateMark(state: VehicleState): SVGElement {
  const shapes: Record<VehicleState, SVGElement[]> = {
    stale: [svg('circle', { cx: 8, cy: 8, r: 3.6, fill: 'none', stroke: 'currentColor', 'stroke-width': 2 })],
    stopped: [svg('rect', { x: 4.5, y: 4.5, width: 7, height: 7, fill: 'currentColor' })],
    moving: [svg('path', { d: 'M8 1.5 12.500 14 8 11.200 3.500 14Z', fill: 'currentColor' })],
    alarm: [
      svg('circle', { cx: 8, cy: 8, r: 7, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.6 }),
      svg('path', { d: 'M8 3.200 11 11.600 8 9.800 5 11.600Z', fill: 'currentColor' }),
    ],
  };
  return svg('svg', { viewBox: '0 0 16 16', class: `mark ${state}`, 'aria-hidden': 'true' }, ...shapes[state]);
}

/** Triangle, diamond, dot: severities differ in shape, not in colour alone. */
export function severityMark(severity: Severity): SVGElement {
  const shapes: Record<Severity, SVGElement> = {
    critical: svg('path', { d: 'M8 1.500 15 14H1Z', fill: 'currentColor' }),
    warning: svg('path', { d: 'M8 1.500 14.500 8 8 14.500 1.500 8Z', fill: 'currentColor' }),
    info: svg('circle', { cx: 8, cy: 8, r: 4.5, fill: 'currentColor' }),
  };
  const name = svg('title', {}, document.createTextNode(t(`severity-${severity}`)));
  return svg('svg', { viewBox: '0 0 16 16', class: `mark ${severity}`, role: 'img' }, name, shapes[severity]);
}
