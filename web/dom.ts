/** What may stand inside an element. Strings become text nodes, so nothing that data says is ever read as HTML. */
export type Child = Node | string | null | false;

/** An element with its class names and children. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  fill(element, ...children);
  return element;
}

/** Replaces everything inside `parent`. */
export function fill(parent: Element, ...children: Child[]): void {
  parent.replaceChildren(...children.filter((child) => child !== null && child !== false));
}

/** A button that does `act` and submits nothing. */
export function button(className: string, label: Child, act: () => void): HTMLButtonElement {
  const element = el('button', className, label);
  element.type = 'button';
  element.addEventListener('click', act);
  return element;
}

/** An SVG element with its attributes; these are presentation attributes, which the page's style policy allows. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | number>,
  ...children: Node[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.replaceChildren(...children);
  return element;
}

/** Calls `act` where Escape is pressed inside `element`. */
export function onEscape(element: HTMLElement, act: () => void): void {
  element.addEventListener('keydown', ({ key, defaultPrevented }) => {
    if (key === 'Escape' && !defaultPrevented) act();
  });
}

/** Runs `act` once, `ms` after the last call. */
export function debounce(ms: number, act: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, ms);
  };
}

/** Runs `act` soon after a call, but never twice within `ms`: lists that change all the time are drawn now and then. */
export function atMostEvery(ms: number, act: () => void): () => void {
  let planned = false;
  let last = -Infinity;
  return () => {
    if (planned) return;
    planned = true;
    setTimeout(
      () => {
        planned = false;
        last = performance.now();
        act();
      },
      Math.max(0, last + ms - performance.now()),
    );
  };
}

/**
 * Makes the children of `parent` those of `items`, in order. Rows are kept by key and moved only where they must, so
 * that a row under the pointer survives until the click is over.
 */
export function keyedRows<T>(
  parent: HTMLElement,
  items: readonly T[],
  key: (item: T) => string,
  create: (item: T) => HTMLElement,
  update: (row: HTMLElement, item: T) => void,
): void {
  const before = new Map<string, HTMLElement>();
  for (const row of parent.children as Iterable<Element> as Iterable<HTMLElement>) before.set(row.dataset.key!, row);
  const wanted = new Set(items.map(key));
  for (const [name, row] of before) if (!wanted.has(name)) row.remove();
  let next = parent.firstElementChild;
  for (const item of items) {
    const name = key(item);
    let row = before.get(name);
    if (!row) {
      row = create(item);
      row.dataset.key = name;
    }
    update(row, item);
    if (row === next) next = next.nextElementSibling;
    else parent.insertBefore(row, next);
  }
}
