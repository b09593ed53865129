import type { Severity } from '../../../model/alert.js';
import { alert, type TestApi, transition } from '../support.js';

/** Raises alerts `from` to `to` by number, each of its own vehicle, as the engine commits them. */
export function raise(api: TestApi, from: number, to: number): void {
  const numbers = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const severity = (n: number): Severity => (n % 10 === 0 ? 'critical' : 'warning');
  api.feed.push(numbers.map((n) => transition(n, alert({ vehicleId: `v${n}`, severity: severity(n) }))));
}

/** How many requests wait for alerts, by the server's own word. */
export async function waiters(api: TestApi): Promise<number> {
  const text = await (await api.get('/metrics')).text();
  return Number(/^http_alert_waiters (\d+)$/m.exec(text)?.[1]);
}
