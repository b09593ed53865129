import type { AlertFeed } from '../alerts/log/feed.js';
import { typedStep } from '../alerts/log/step-text.js';
import type { AlertTransition } from '../model/alert.js';
import type { Delivery } from './carrier.js';

/** The step as it is on the stream; its id is that of the alert and its revision, whatever log it is read from. */
export function alertDelivery(log: AlertFeed, transition: AlertTransition): Delivery {
  const { number, alert } = transition;
  return {
    id: `alert_${alert.id}_${alert.revision}`,
    number,
    text: typedStep(log.text(transition)),
    alert,
    step: transition,
  };
}

/** Tells that the log no longer had what is after `after` up to `upTo`: the receiver lists alerts to make up for it. */
export function gapDelivery(log: AlertFeed, after: number, upTo: number): Delivery {
  const text = JSON.stringify({ type: 'gap', after: log.cursor(after), cursor: log.cursor(upTo) });
  return { id: `gap_${log.epoch}_${after}_${upTo}`, number: upTo, text, alert: null, step: null };
}
