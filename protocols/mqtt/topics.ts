/** Whether a topic filter (MQTT 5 §4.7) matches: `+` stands for one level, `#` at the end for any number of them. */
export function matchesTopic(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  if (wanted[wanted.length - 1] === '#') {
    wanted.pop();
    if (levels.length < wanted.length) return false;
    levels.length = wanted.length;
  }
  return wanted.length === levels.length && wanted.every((level, i) => level === '+' || level === levels[i]);
}
