import { el, fill } from '../dom.js';
import type { LiveVehicles } from '../live-vehicles.js';
import { number, onLanguage, t } from '../text/language.js';
import { VEHICLE_STATES } from '../vehicle-state.js';
import { stateMark } from './state-mark.js';

/** What the marks on the map mean, and how many there are of each. */
export function legend(vehicles: LiveVehicles): HTMLElement {
  const element = el('div', 'legend');
  const draw = () => {
    if (vehicles.cells.length > 0) return fill(element, el('span', 'legend-ramp'), t('legend-density'));
    const counts = vehicles.counts();
    fill(
      element,
      ...VEHICLE_STATES.toReversed().map((state) =>
        el('span', 'legend-entry', stateMark(state), t(`state-${state}`), el('b', '', number(counts[state]))),
      ),
    );
  };
  vehicles.onChange(draw);
  onLanguage(draw);
  draw();
  return element;
}
