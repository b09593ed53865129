import { el } from '../dom.js';

/** Colour names by the code of JT/T 415 / GB/T 697.7; the style sheet paints them. */
const COLOURS: Record<number, string> = { 1: 'blue', 2: 'yellow', 3: 'black', 4: 'white', 5: 'green' };

/** A plate as it hangs on the vehicle; the id where there is no plate. */
export function plateBadge(plate: string | null | undefined, plateColor: number | null, id: string): HTMLElement {
  const badge = el('span', 'plate', plate || id);
  badge.dataset.colour = (plate && plateColor !== null && COLOURS[plateColor]) || 'none';
  return badge;
}
