const STORED_AS = 'cheji.key';

/**
 * The key that the page shows to the API. It arrives as `?key=` or by hand, lives as long as the tab, and is taken
 * out of the address bar so that it is neither bookmarked nor shared with a link.
 */
export class AccessKey {
  #value: string;
  readonly #changed: (() => void)[] = [];

  constructor() {
    const address = new URL(location.href);
    const given = address.searchParams.get('key');
    if (given) {
      sessionStorage.setItem(STORED_AS, given);
      address.searchParams.delete('key');
      history.replaceState(null, '', address);
    }
    this.#value = sessionStorage.getItem(STORED_AS) ?? '';
  }

  get value(): string {
    return this.#value;
  }

  set(value: string): void {
    sessionStorage.setItem(STORED_AS, value);
    this.#value = value;
    for (const changed of this.#changed) changed();
  }

  onChange(changed: () => void): void {
    this.#changed.push(changed);
  }
}
