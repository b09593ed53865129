import type { Reporter, TestModule } from 'vitest/node';

/** Lists by name, in the last lines of a run, every test that was skipped, and counts what passed and failed. */
export default class SkipReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    const skipped: string[] = [];
    const counts = { passed: 0, failed: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed' || state === 'failed') counts[state]++;
        else skipped.push(`  ${module.relativeModuleId} > ${test.fullName}`);
      }
      // A file that fails before its tests are known counts as one failure.
      if (module.state() === 'failed' && module.errors().length > 0) counts.failed++;
    }
    if (skipped.length > 0) console.log(`Skipped (${skipped.length}):\n${skipped.join('\n')}`);
    console.log(`${counts.passed} passed, ${counts.failed} failed, ${skipped.length} skipped`);
  }
}
