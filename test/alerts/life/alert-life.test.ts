import { describe, expect, test } from 'vitest';
import { Engine } from '../../../engine.js';
import type { Alert } from '../../../model/alert.js';
import type { AlertWord, SupervisionFacts } from '../../../model/alert-life.js';
import type { Mute } from '../../../model/mute.js';
import type { RuleClocks } from '../../../model/rule.js';
import { Story, square, TEN } from '../support.js';

const IN = { lon: 0.5 };
const OUT = { lon: 5 };
const SUPERIOR: SupervisionFacts = {
  number: 7,
  level: 'urgent',
  supervisor: '省厅 王',
  tel: '025-1234567',
  email: null,
};

/** A story that speaks, waits, and remembers the newest form of the one alert it is about. */
class Life {
  readonly story = new Story();
  alert!: Alert;
  #second = 0;

  /** Vehicle v1 enters a fence where that is forbidden. */
  static begun(severity: 'warning' | 'critical' = 'warning', clocks: RuleClocks = {}): Life {
    const life = new Life();
    const { story } = life;
    story.vehicle(1, 'v1').fence(1, 'depot', square(0, 0), []);
    const plain = { name: 'ban', params: {}, scope: { fences: ['depot'] }, schedule: {}, timing: {}, clause: null };
    const dates = {
      effectiveFrom: null,
      effectiveTo: null,
      enabled: true,
      revision: 1,
      createdAt: TEN,
      updatedAt: TEN,
    };
    const rule = { id: 'ban', type: 'forbidden-inside', severity, ...plain, ...dates, ...clocks };
    story.change({ type: 'rule-put', rule });
    life.waits(0);
    life.drives(IN);
    return life;
  }

  /** Seconds after ten o'clock. */
  waits(until: number): string[] {
    this.#second = until;
    this.story.change({ type: 'tick', time: TEN + until * 1000 }, TEN + until * 1000);
    return this.#tell();
  }

  drives(where: { lon: number }): string[] {
    this.story.fixes(1, { at: this.#second, ...where });
    return this.#tell();
  }

  says(word: AlertWord, by = 'li'): string[] {
    const targets = [{ alertId: this.alert.id }];
    this.story.change({ type: 'alert-actions', targets, word, by }, TEN + this.#second * 1000);
    return this.#tell();
  }

  mute(more: Partial<Mute>): void {
    const mute = { id: 'm', scope: {}, from: TEN, to: TEN + 600_000, reason: 'test', by: 'li', createdAt: TEN };
    this.story.change({ type: 'mute-put', mute: { ...mute, ...more } });
  }

  #tell(): string[] {
    this.story.tell();
    return this.story.transitions.map(({ transition, alert }) => {
      this.alert = alert;
      return `${transition} ${alert.state}`;
    });
  }
}

const at = (second: number) => new Date(TEN + second * 1000).toISOString();

describe('what people say', () => {
  test('given to somebody, who handles it in time', () => {
    const life = Life.begun();
    expect(life.says({ action: 'assign', to: 'zhang', due: TEN + 600_000, note: 'call him' })).toEqual([
      'assign acknowledged',
    ]);
    expect(life.alert.assignment).toEqual({ to: 'zhang', due: at(600), by: 'li', at: at(0), note: 'call him' });
    life.waits(300);
    expect(life.says({ action: 'resolve', note: 'warned' }, 'zhang')).toEqual(['resolve resolved']);
    expect(life.alert.deadlines.assignment).toEqual({ since: at(0), due: at(600), metAt: at(300), missedAt: null });
    expect(life.waits(700)).toEqual([]);
    expect(life.alert.revision).toBe(3);
  });

  test('given to somebody who does not: overdue until it is done', () => {
    const life = Life.begun();
    life.says({ action: 'assign', to: 'zhang', due: TEN + 60_000, note: '' });
    expect(life.waits(61)).toEqual(['overdue acknowledged']);
    expect(life.alert).toMatchObject({ overdue: true, deadlines: { assignment: { missedAt: at(61) } } });
    expect(life.waits(120)).toEqual([]);
    life.says({ action: 'dismiss', reason: 'drift', note: '' });
    expect(life.alert).toMatchObject({
      overdue: false,
      handling: { action: 'dismiss', reason: 'drift' },
      deadlines: { assignment: { missedAt: at(61), metAt: at(120) } },
    });
  });

  test('an appeal that is upheld leaves it as it was, and cannot be made again', () => {
    const life = Life.begun();
    life.says({ action: 'resolve', note: '' });
    expect(life.says({ action: 'appeal', note: 'the fence is wrong' }, 'driver')).toEqual(['appeal appealed']);
    expect(life.says({ action: 'resolve', note: '' })).toEqual([]);
    expect(life.says({ action: 'decide', outcome: 'upheld', note: '' }, 'judge')).toEqual(['decide resolved']);
    expect(life.alert.appeal).toMatchObject({ by: 'driver', against: 'resolved', decision: { by: 'judge' } });
    expect(life.says({ action: 'appeal', note: 'again' }, 'driver')).toEqual([]);
    expect(life.says({ action: 'reopen', note: '' })).toEqual(['reopen acknowledged']);
    expect(life.says({ action: 'appeal', note: 'now that it is open' }, 'driver')).toEqual(['appeal appealed']);
  });

  test('one that is overturned takes the alert back, or the dismissal', () => {
    const life = Life.begun();
    life.says({ action: 'appeal', note: '' });
    expect(life.says({ action: 'decide', outcome: 'overturned', note: '' })).toEqual(['decide dismissed']);
    life.says({ action: 'reopen', note: '' });
    life.says({ action: 'dismiss', reason: 'permitted', note: '' });
    life.says({ action: 'appeal', note: 'it was not permitted' });
    expect(life.says({ action: 'decide', outcome: 'overturned', note: '' })).toEqual(['decide acknowledged']);
  });

  test('upheld after its condition ended: it is cleared, not raised', () => {
    const life = Life.begun();
    life.says({ action: 'appeal', note: '' });
    life.waits(30);
    expect(life.drives(OUT)).toEqual(['cleared appealed']);
    expect(life.says({ action: 'decide', outcome: 'upheld', note: '' })).toEqual(['decide cleared']);
  });

  test('many at once, each for itself; words of older logs are understood', () => {
    const life = Life.begun();
    const targets = [{ alertId: 'nobody’s' }, { alertId: life.alert.id }];
    life.story.change({ type: 'alert-actions', targets, word: { action: 'resolve', note: '' }, by: 'li' }).tell();
    expect(life.story.transitions.map(({ transition, by }) => [transition, by])).toEqual([['resolve', 'li']]);

    const old = Life.begun();
    old.story.change({ type: 'alert-action', alertId: old.alert.id, action: 'dismiss', by: 'wu', note: 'old' }).tell();
    expect(old.story.transitions[0].alert).toMatchObject({
      state: 'dismissed',
      handling: { by: 'wu', note: 'old', reason: 'other' },
    });
  });

  test('of one that ended long ago, because it comes with the word', () => {
    const life = Life.begun();
    life.waits(10);
    life.drives(OUT);
    const target = { alertId: life.alert.id, alert: life.alert };
    const forgetful = new Story();
    forgetful.change({ type: 'alert-actions', targets: [target], word: { action: 'appeal', note: '' }, by: 'li' });
    expect(forgetful.tell()).toHaveLength(1);
    expect(forgetful.transitions[0].alert).toMatchObject({ state: 'appealed', revision: 3 });
  });
});

describe('督办', () => {
  test('answered in time: what is in progress is no answer yet', () => {
    const life = Life.begun();
    expect(life.says({ action: 'supervise', deadline: TEN + 900_000, note: 'why', ...SUPERIOR })).toEqual([
      'supervise raised',
    ]);
    expect(life.says({ action: 'supervise', deadline: TEN + 950_000, note: '', ...SUPERIOR })).toEqual([]);
    life.says({ action: 'answer', result: 'in-progress', note: 'on it' });
    life.waits(600);
    expect(life.says({ action: 'answer', result: 'done', note: 'driver warned' })).toEqual(['answer raised']);
    expect(life.alert.supervision).toMatchObject({
      number: 7,
      level: 'urgent',
      answer: { result: 'done', at: at(600) },
    });
    expect(life.says({ action: 'answer', result: 'done', note: '' })).toEqual([]);
    expect(life.waits(1000)).toEqual([]);
  });

  test('not answered: overdue, and the superior is told, even of one that is handled', () => {
    const life = Life.begun();
    life.says({ action: 'supervise', deadline: TEN + 60_000, note: '', ...SUPERIOR });
    life.says({ action: 'resolve', note: '' });
    expect(life.waits(65)).toEqual(['overdue resolved', 'escalated resolved']);
    expect(life.alert.escalations).toEqual([
      { to: 'superior', due: at(60), unless: 'handled', severity: null, missed: 'supervision', toldAt: at(65) },
    ]);
    life.says({ action: 'answer', result: 'no-action', note: '' });
    expect(life.alert.overdue).toBe(false);
  });
});

describe('clocks', () => {
  test('of a critical alert: to acknowledge, to handle, and who is told then', () => {
    const life = Life.begun('critical');
    expect(life.waits(299)).toEqual([]);
    expect(life.waits(305)).toEqual(['overdue raised']);
    expect(life.says({ action: 'acknowledge', note: '' })).toEqual(['acknowledge acknowledged']);
    expect(life.alert.overdue).toBe(false);
    expect(life.waits(1800)).toEqual(['overdue acknowledged', 'escalated acknowledged']);
    expect(life.waits(9999)).toEqual([]);
  });

  test('run on for a condition that has ended, until somebody handles it', () => {
    const life = Life.begun('critical');
    life.waits(10);
    life.drives(OUT);
    expect(life.waits(300)).toEqual(['overdue cleared']);
    expect(life.waits(1801)).toEqual(['overdue cleared', 'escalated cleared']);
  });

  test('self is told, after T the superior, graver each time, each once', () => {
    const escalation = [
      { afterS: 60, to: 'company' },
      { afterS: 120, to: 'city', severity: 'critical' as const },
      { afterS: 180, to: 'province', unless: 'handled' as const },
    ];
    const life = Life.begun('warning', { escalation });
    expect(life.waits(100)).toEqual(['escalated raised']);
    expect(life.waits(125)).toEqual(['escalated raised']);
    expect(life.alert.severity).toBe('critical');
    life.says({ action: 'acknowledge', note: '' });
    expect(life.waits(200)).toEqual(['escalated acknowledged']);
    expect(life.alert.escalations.map(({ to, toldAt }) => [to, toldAt])).toEqual([
      ['company', at(100)],
      ['city', at(125)],
      ['province', at(200)],
    ]);
  });

  test('who acknowledged in time is not told on', () => {
    const life = Life.begun('warning', { escalation: [{ afterS: 60, to: 'city' }] });
    life.says({ action: 'acknowledge', note: '' });
    expect(life.waits(1000)).toEqual([]);
  });

  test('all that is due at one tick is told in the order in which it was due', () => {
    const escalation = [{ afterS: 200, to: 'city' }];
    const life = Life.begun('warning', { deadlines: { acknowledge: 100, handle: 300 }, escalation });
    life.waits(1000);
    expect(life.story.transitions.map(({ transition }) => transition)).toEqual([
      'overdue',
      'escalated',
      'overdue',
      'escalated',
    ]);
    expect(life.alert.escalations.map(({ to, missed }) => [to, missed])).toEqual([
      ['city', null],
      ['superior', 'handle'],
    ]);
  });

  test('stand still while an appeal waits, which has a deadline of its own', () => {
    const life = Life.begun('warning', { deadlines: { handle: 100 } });
    life.waits(50);
    life.says({ action: 'appeal', note: '' });
    expect(life.waits(500)).toEqual([]);
    life.says({ action: 'decide', outcome: 'upheld', note: '' });
    expect(life.alert.deadlines.handle?.due).toBe(at(550));
    expect(life.waits(549)).toEqual([]);
    expect(life.waits(550)).toEqual(['overdue raised', 'escalated raised']);

    life.says({ action: 'appeal', note: 'again, now that it is overdue' });
    expect(life.alert.state).toBe('raised'); // decided already
  });

  test('what stood still while an appeal waited has no more time when it is opened again', () => {
    const life = Life.begun('warning', { deadlines: { handle: 100 } });
    life.waits(50);
    life.says({ action: 'appeal', note: '' });
    life.waits(500);
    life.says({ action: 'decide', outcome: 'upheld', note: '' });
    life.says({ action: 'resolve', note: '' });
    life.says({ action: 'reopen', note: '' });
    expect(life.alert.deadlines.handle).toMatchObject({ since: at(500), due: at(600) });
  });

  test('an appeal that nobody decides is overdue', () => {
    const life = Life.begun();
    life.says({ action: 'appeal', note: '' });
    expect(life.waits(72 * 3600)).toEqual(['overdue appealed']);
  });

  test('what is opened again has its time again', () => {
    const life = Life.begun('warning', { deadlines: { handle: 100 }, escalation: [{ afterS: 150, to: 'city' }] });
    life.waits(90);
    life.says({ action: 'resolve', note: '' });
    life.waits(200);
    life.says({ action: 'reopen', note: 'he did it again' });
    expect(life.alert.deadlines.handle).toMatchObject({ since: at(200), due: at(300), metAt: null });
    expect(life.waits(299)).toEqual([]);
    expect(life.waits(300)).toEqual(['overdue acknowledged', 'escalated acknowledged']);
  });

  test('a restart neither forgets a clock nor lets it ring twice', () => {
    const life = Life.begun('critical');
    life.waits(305);
    life.story.engine = Engine.from(life.story.engine.snapshot()) as Engine;
    expect(life.waits(310)).toEqual([]);
    life.story.engine = Engine.from(life.story.engine.snapshot()) as Engine;
    expect(life.waits(1800)).toEqual(['overdue raised', 'escalated raised']);
  });
});

describe('alerts that repeat', () => {
  test('are counted while they come within the hour', () => {
    const life = Life.begun();
    const first = life.alert;
    for (const second of [600, 1200]) {
      life.waits(second - 60);
      life.drives(OUT);
      life.waits(second);
      life.drives(IN);
    }
    expect(life.alert.group).toEqual({ id: first.id, count: 3, first: at(0), last: at(1200) });
    life.waits(1300);
    life.drives(OUT);
    life.waits(1200 + 3601);
    life.drives(IN);
    expect(life.alert.group).toMatchObject({ id: life.alert.id, count: 1 });
  });
});

describe('mutes', () => {
  function muted(more: Partial<Mute>, severity: 'warning' | 'critical' = 'warning'): Life {
    const life = Life.begun(severity, { deadlines: { handle: 100 } });
    life.waits(5);
    life.drives(OUT);
    life.says({ action: 'resolve', note: '' });
    life.mute(more);
    life.waits(10);
    life.drives(IN);
    return life;
  }

  test('what is raised then is kept and no news: no clock runs', () => {
    const life = muted({ scope: { vehicles: ['v1'] } });
    expect(life.alert).toMatchObject({ muted: 'm', deadlines: {}, state: 'raised' });
    expect(life.waits(300)).toEqual([]);
    expect(life.drives(OUT)).toEqual(['cleared cleared']);
    expect(life.waits(700)).toEqual([]);
  });

  test('what outlasts the mute is told, and its clocks start', () => {
    const life = muted({ scope: { fences: ['depot'] } });
    expect(life.waits(600)).toEqual(['unmuted raised']);
    expect(life.alert).toMatchObject({ muted: null, deadlines: { handle: { since: at(600), due: at(700) } } });
    expect(life.waits(700)).toEqual(['overdue raised', 'escalated raised']);
  });

  test('what another mute still concerns when the first has ended is no news yet', () => {
    const life = muted({ scope: { fences: ['depot'] } });
    life.mute({ id: 'longer', scope: { vehicles: ['v1'] }, from: TEN + 300_000, to: TEN + 900_000 });
    expect(life.waits(600)).toEqual([]);
    life.story.engine = Engine.from(life.story.engine.snapshot()) as Engine;
    expect(life.waits(899)).toEqual([]);
    expect(life.waits(900)).toEqual(['unmuted raised']);
  });

  test('a mute that does not concern it any more ends so too', () => {
    const life = muted({ scope: { fences: ['depot'] } });
    life.mute({ scope: { fences: ['port'] } });
    expect(life.waits(20)).toEqual(['unmuted raised']);
  });

  test('a mute that is taken back ends so too', () => {
    const life = muted({ scope: { types: ['forbidden-inside'] } });
    life.story.change({ type: 'mute-delete', id: 'm' });
    expect(life.waits(20)).toEqual(['unmuted raised']);
  });

  test.each([
    [{ scope: { vehicles: ['v2'] } }],
    [{ scope: { types: ['overspeed'] } }],
    [{ scope: { vehicles: ['v1'], companies: ['Wuxi Taxi'] } }],
    [{ scope: { vehicles: ['v1'] }, from: TEN + 60_000 }],
    [{ scope: { vehicles: ['v1'] }, to: TEN + 9_000 }],
  ])('concern nobody else: %j', (more) => {
    expect(muted(more).alert.muted).toBeNull();
  });

  test('silence what is critical only where they name it', () => {
    expect(muted({ scope: { vehicles: ['v1'] } }, 'critical').alert.muted).toBeNull();
    expect(muted({ scope: { types: ['forbidden-inside'] } }, 'critical').alert.muted).toBe('m');
  });
});
