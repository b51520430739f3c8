/** The platform's OpenAPI document as the page shows it: groups of operations, with what each takes. */
export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Described {
  readonly summary: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
  readonly 'x-access': string;
}

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
}

export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly access: string;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
  readonly isUpload: boolean;
  readonly answer: Schema | undefined;
}

export interface Group {
  readonly name: string;
  readonly operations: readonly Operation[];
}

const json = 'application/json';

export function groupsOf(document: Document): Group[] {
  const groups = new Map<string, Operation[]>();
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, one] of Object.entries(methods)) {
      const name = one.tags?.[0] || 'Platform';
      const content = one.requestBody?.content;
      const operation: Operation = {
        id: `${method} ${path}`,
        method: method.toUpperCase(),
        path,
        summary: one.summary,
        access: one['x-access'],
        parameters: one.parameters ?? [],
        body: content?.[json]?.schema,
        isUpload: content !== undefined && content[json] === undefined,
        answer: one.responses['2XX']?.content?.[json]?.schema,
      };
      groups.set(name, [...(groups.get(name) ?? []), operation]);
    }
  }
  return [...groups].map(([name, operations]) => ({ name, operations }));
}

/** Whether every word stands somewhere in what is said of the operation. */
export const fits = (operation: Operation, words: string): boolean =>
  words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => `${operation.id} ${operation.summary}`.toLowerCase().includes(word));

/** "text, 1 to 256" of a schema, in the words of JSON. */
export function typeOf(schema: Schema): string {
  if (schema.enum) return schema.enum.join(' | ');
  const bounds = (low: number | undefined, high: number | undefined) =>
    high === undefined && low === undefined ? '' : `, ${low ?? 0}–${high ?? '∞'}`;
  if (schema.type === 'array') return `${schema.items ? typeOf(schema.items) : 'any'}[]`;
  if (schema.type === 'string') return `string${bounds(schema.minLength, schema.maxLength)}`;
  if (schema.type === 'integer' || schema.type === 'number')
    return `${schema.type}${bounds(schema.minimum, schema.maximum)}`;
  return schema.type ?? 'any';
}

/** A body to begin with: what is required, empty. */
export function exampleOf(schema: Schema): unknown {
  if (schema.enum) return schema.enum[0];
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .filter(([name]) => schema.required?.includes(name))
          .map(([name, member]) => [name, exampleOf(member)]),
      );
    case 'array':
      return [];
    case 'integer':
    case 'number':
      return schema.minimum ?? 0;
    case 'boolean':
      return false;
    default:
      return '';
  }
}

/** The address of a call: names put into the path, the rest behind it. */
export function addressOf(operation: Operation, values: Readonly<Record<string, string>>): string {
  const search = new URLSearchParams();
  let path = operation.path;
  for (const { name, in: place } of operation.parameters) {
    const value = values[name] ?? '';
    if (place === 'path') path = path.replace(`{${name}}`, encodeURIComponent(value));
    else if (value !== '') search.set(name, value);
  }
  const query = search.toString();
  return query === '' ? path : `${path}?${query}`;
}

const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** The same call for a terminal. */
export function curlOf(
  operation: Operation,
  address: string,
  body: string,
  origin: string,
): string {
  const parts = ['curl -s', quoted(origin + address)];
  if (operation.method !== 'GET') parts.splice(1, 0, `-X ${operation.method}`);
  if (operation.access !== 'anyone') parts.push('-H "Authorization: Bearer $TOKEN"');
  if (operation.body) parts.push("-H 'Content-Type: application/json'", `-d ${quoted(body)}`);
  if (operation.isUpload) parts.push('--data-binary @FILE');
  return parts.join(' ');
}
