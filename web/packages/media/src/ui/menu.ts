/** The menu behind the quality button: qualities as radio items, then what else has no button of its own. */
import { icon } from './icons';

export interface MenuItem {
  readonly label: string;
  readonly hint: string;
  /** null for an item that is not a choice. */
  readonly checked: boolean | null;
  readonly icon?: 'gauge';
  /** Choices of different things stand apart. */
  readonly group?: string;
  readonly perform: () => void;
}

export class Menu {
  private readonly box: HTMLElement;
  private readonly opener: HTMLElement;

  constructor(box: HTMLElement, opener: HTMLElement) {
    this.box = box;
    this.opener = opener;
    opener.setAttribute('aria-expanded', 'false');
    box.addEventListener('keydown', (event) => this.key(event));
  }

  get open(): boolean {
    return !this.box.hidden;
  }

  show(items: readonly MenuItem[]): void {
    this.box.replaceChildren(
      ...items.flatMap((item, i) => {
        const button = document.createElement('button');
        button.type = 'button';
        button.setAttribute('role', item.checked === null ? 'menuitem' : 'menuitemradio');
        if (item.checked !== null) button.setAttribute('aria-checked', String(item.checked));
        const sign = document.createElement('span');
        sign.className = 'check';
        sign.innerHTML = icon(item.icon ?? 'check');
        const hint = document.createElement('small');
        hint.textContent = item.hint;
        button.append(sign, item.label, hint);
        button.addEventListener('click', () => {
          this.close();
          item.perform();
        });
        const before = items[i - 1];
        if (
          before &&
          ((before.checked === null) !== (item.checked === null) || before.group !== item.group)
        ) {
          return [document.createElement('hr'), button];
        }
        return [button];
      }),
    );
    this.box.hidden = false;
    this.opener.setAttribute('aria-expanded', 'true');
    const first =
      this.box.querySelector<HTMLElement>('[aria-checked="true"]') ??
      this.box.querySelector('button');
    first?.focus({ preventScroll: true });
  }

  close(): void {
    if (!this.open) return;
    this.box.hidden = true;
    this.opener.setAttribute('aria-expanded', 'false');
    this.opener.focus({ preventScroll: true });
  }

  private key(event: KeyboardEvent): void {
    const items = Array.from(this.box.querySelectorAll<HTMLElement>('button'));
    const root = this.box.getRootNode() as ShadowRoot;
    const at = items.indexOf(root.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === 'Tab') this.close();
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    items[(to + items.length) % items.length]?.focus();
  }
}
