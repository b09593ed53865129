/**
 * What stands behind `#` in the address: parts joined by `&`, of which the map keeps its view in `map=…`. Parts are told
 * apart by hand, since the map writes slashes that URLSearchParams would escape.
 */
export class PageAddress {
  readonly #changed: (() => void)[] = [];

  constructor() {
    addEventListener('hashchange', () => {
      for (const changed of this.#changed) changed();
    });
  }

  /** What follows `name=`, or '' for a bare `name`; null where it is not there. */
  get(name: string): string | null {
    const part = this.#parts().find((each) => each.split('=')[0] === name);
    return part === undefined ? null : part.slice(name.length + 1);
  }

  /** Opens one of the pages `names`, or none of them: one more step that the back button goes back. */
  open(names: readonly string[], name: string | null): void {
    const others = this.#parts().filter((each) => !names.includes(each.split('=')[0]));
    location.hash = [...(name === null ? [] : [name]), ...others].join('&');
  }

  onChange(changed: () => void): void {
    this.#changed.push(changed);
  }

  #parts(): string[] {
    return location.hash.slice(1).split('&').filter(Boolean);
  }
}
