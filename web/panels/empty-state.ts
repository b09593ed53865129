import { el, fill } from '../dom.js';
import type { ServerStatus } from '../server-status.js';
import { onLanguage, t } from '../text/language.js';

/** What to do first, while the server knows no vehicle at all. */
export function emptyState(status: ServerStatus): HTMLElement {
  const element = el('div', 'empty-state');
  const draw = () => {
    element.hidden = status.stats === null || status.stats.vehicles.known > 0;
    fill(
      element,
      el('h2', '', t('empty-title')),
      el('p', '', t('empty-terminal', { host: location.hostname })),
      el('p', '', t('empty-demo')),
      el('code', '', 'npm run demo'),
    );
  };
  status.onChange(draw);
  onLanguage(draw);
  draw();
  return element;
}
