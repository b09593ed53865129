import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/**
 * Says in the last lines of a run, which is all that is kept of it in some places, by name: what was skipped, what passed only
 * when it was repeated, what failed and why; and counts them.
 */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandled: ReadonlyArray<SerializedError>): void {
    const skipped: string[] = [];
    const repeated: string[] = [];
    const failed: string[] = [];
    let passed = 0;
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const name = `  ${module.relativeModuleId} > ${test.fullName}`;
        const { state, errors } = test.result();
        if (state === 'skipped' || state === 'pending') skipped.push(name);
        else if (state === 'failed') failed.push(name + reasons(errors));
        else {
          passed++;
          if (test.diagnostic()?.flaky) repeated.push(name + reasons(errors));
        }
      }
      // A file or a group whose own set-up or end fails counts as one failure.
      for (const group of [module, ...module.children.allSuites()]) {
        const name =
          group.type === 'module' ? module.relativeModuleId : `${module.relativeModuleId} > ${group.fullName}`;
        if (group.errors().length > 0) failed.push(`  ${name}${reasons(group.errors())}`);
      }
    }
    for (const error of unhandled) failed.push(`  outside of every test${reasons([error])}`);
    list('Skipped', skipped);
    list('Passed when repeated', repeated);
    list('Failed', failed);
    console.log(`${passed} passed, ${failed.length} failed, ${skipped.length} skipped`);
  }
}

function list(title: string, lines: readonly string[]): void {
  if (lines.length > 0) console.log(`${title} (${lines.length}):\n${lines.join('\n')}`);
}

/** The first line of each error with the place in the test, as some tests fail far from where they are written. */
function reasons(
  errors: ReadonlyArray<SerializedError & { stacks?: Array<{ file: string; line: number }> }> | undefined,
): string {
  return (errors ?? [])
    .map(({ message, stacks }) => {
      const place = stacks?.[0];
      const line = message.split('\n', 1)[0];
      return `\n    ${line}${place ? ` (${place.file.replace(`${process.cwd()}/`, '')}:${place.line})` : ''}`;
    })
    .join('');
}
