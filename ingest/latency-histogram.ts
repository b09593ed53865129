import type { Latencies } from '../model/stats.js';

/** Upper bounds in seconds, as Prometheus wants them. */
export const LATENCY_BUCKETS_S = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;

/** How long things took, in buckets; cheap enough for every acknowledgement. */
export class LatencyHistogram {
  /** Observations per bucket, not cumulative; one more than there are bounds. */
  readonly counts = new Float64Array(LATENCY_BUCKETS_S.length + 1);
  count = 0;
  sumSeconds = 0;

  /** `times` observations of `ms` at once. */
  observe(ms: number, times = 1): void {
    const seconds = ms / 1000;
    let bucket = 0;
    while (bucket < LATENCY_BUCKETS_S.length && seconds > LATENCY_BUCKETS_S[bucket]) bucket++;
    this.counts[bucket] += times;
    this.count += times;
    this.sumSeconds += seconds * times;
  }

  snapshot(): Latencies {
    return { boundsSeconds: [...LATENCY_BUCKETS_S], counts: [...this.counts], sumSeconds: this.sumSeconds };
  }
}
