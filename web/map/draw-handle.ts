import { type Map as MapLibre, Marker } from 'maplibre-gl';
import { el } from '../dom.js';
import { t } from '../text/language.js';
import type { Place } from './draft.js';

/** Pixels that an arrow key moves a corner. */
const STEP = 5;
const ARROWS: Record<string, readonly [dx: number, dy: number]> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};

/** A corner, which is moved and removed; or the middle between two, where one is added. */
export type HandleActs = { moved(to: Place): void; removed(): void } | { added(): void };

/** Something to take hold of on the map, by the pointer or by the keyboard: arrows move a corner, Delete removes it. */
export function drawHandle(map: MapLibre, place: Place, acts: HandleActs): Marker {
  const corner = 'moved' in acts;
  const element = el('button', corner ? 'draw-handle' : 'draw-handle between');
  element.type = 'button';
  element.ariaLabel = t(corner ? 'draw-corner' : 'draw-add-corner');
  element.title = t(corner ? 'draw-corner-hint' : 'draw-add-corner');
  const marker = new Marker({ element, draggable: corner }).setLngLat(place).addTo(map);
  if (!corner) {
    element.addEventListener('click', () => acts.added());
    return marker;
  }
  const moved = () => {
    const { lng, lat } = marker.getLngLat();
    acts.moved([lng, lat]);
  };
  marker.on('drag', moved);
  element.addEventListener('contextmenu', (event) => {
    event.preventDefault();
    acts.removed();
  });
  element.addEventListener('keydown', (event) => {
    const step = ARROWS[event.key];
    if (step) {
      const { x, y } = map.project(marker.getLngLat());
      marker.setLngLat(map.unproject([x + step[0], y + step[1]]));
      moved();
    } else if (event.key === 'Delete' || event.key === 'Backspace') acts.removed();
    else return;
    event.preventDefault();
    event.stopPropagation(); // or the map pans
  });
  return marker;
}
