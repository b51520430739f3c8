/**
 * Reading answers of the platform: what is missing gets a harmless value, what is of a wrong kind is refused,
 * and only paths and http(s) addresses become links or pictures.
 */
export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${what} is not an object`);
  }
  return value as Fields;
}

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export const addressOf = (value: unknown): string => {
  const candidate = textOf(value);
  return /^(https?:\/\/|\/(?![/\\]))/i.test(candidate) ? candidate : '';
};

export const countOf = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) ? Math.max(0, value) : 0;

/** Milliseconds since 1970; null where there is no such time. */
export function timeOf(value: unknown): number | null {
  const at = Date.parse(textOf(value));
  return Number.isNaN(at) ? null : at;
}

/** Entries that cannot be read are left out: one broken card does not take the page with it. */
export function listOf<T>(value: unknown, read: (entry: unknown) => T): T[] {
  if (!Array.isArray(value)) return [];
  const list: T[] = [];
  for (const entry of value) {
    try {
      list.push(read(entry));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
  return list;
}

/** A list of the API and the word with which it goes on; null: that was all. */
export interface Page<T> {
  readonly list: readonly T[];
  readonly next: string | null;
}

export function pageOf<T>(value: unknown, name: string, read: (entry: unknown) => T): Page<T> {
  const from = fieldsOf(value, name);
  if (!Array.isArray(from[name])) throw new TypeError(`${name} is not a list`);
  return { list: listOf(from[name], read), next: textOf(from['next']) || null };
}
