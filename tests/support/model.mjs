// The operations of Amazon IVS and of its chat as facts (api/ivs.json, api/ivschat.json), and whether
// a value is what they say. Knows nothing about our server.
import { readFileSync } from 'node:fs';
import { repository } from './process.mjs';

// Both services have a type Tags, with other bounds: a shape is named with its service.
const read = (name) => JSON.parse(readFileSync(`${repository}api/${name}.json`, 'utf8'),
  (key, value) => (key === 'shape' ? `${name}:${value}` : value));

export const ivs = read('ivs');
export const ivschat = read('ivschat');
const types = Object.fromEntries([ivs, ivschat].flatMap((facts) =>
  Object.entries(facts.types).map(([name, type]) => [`${facts.service}:${name}`, type])));

const taken = new Set(ivs.operations.map(({ name }) => name));

/**
 * Every operation: `service` is what it is signed for, `command` what clients call it. `name` is its
 * own: the tag operations of chat, which IVS has as well, are `ivschat:TagResource` and so on.
 */
export const operations = [ivs, ivschat].flatMap((facts) => facts.operations.map((one) => ({
  ...one, service: facts.service, command: one.name,
  name: facts !== ivs && taken.has(one.name) ? `${facts.service}:${one.name}` : one.name,
})));
export const operationsOf = (service) => operations.filter((one) => one.service === service);
export const statusOf = (error) => ivs.errors[error]?.status ?? ivschat.errors[error]?.status;

export function operation(name) {
  const found = operations.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no operation ${name}`);
  return found;
}

/** The members that a caller gives or gets in the body, the path or the query. */
export const inputMembers = ({ input }) => input?.members ?? [];
export const outputMembers = ({ output }) =>
  (output?.members ?? []).filter((member) => member.in !== 'header');

/** The type behind a member: a scalar is its own. */
export const typeOf = (member) =>
  (member.shape ? { ...types[member.shape], name: member.shape.split(':').at(-1) } : member);

/** Whole-string match; the two patterns that no real ARN meets (api/README.md) match anything. */
const neverMet = '[a-z-]/';
const compiled = new Map();
export function matches(pattern, text) {
  if (pattern.includes(neverMet)) return true;
  if (!compiled.has(pattern)) compiled.set(pattern, new RegExp(`^(?:${pattern})$`, 'su'));
  return compiled.get(pattern).test(text);
}

export const characters = (text) => [...text].length;

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$/;
const int32 = 2 ** 31;

function* textBreaches(member, text, where) {
  if (typeof text !== 'string') return yield `${where} is no text: ${JSON.stringify(text)}`;
  const length = characters(text);
  if (member.minLength !== undefined && length < member.minLength) yield `${where} has ${length} characters`;
  if (member.maxLength !== undefined && length > member.maxLength) yield `${where} has ${length} characters`;
  if (member.pattern && !matches(member.pattern, text)) yield `${where} does not match: ${text}`;
}

function* numberBreaches(member, value, where) {
  if (!Number.isSafeInteger(value)) return yield `${where} is no whole number: ${JSON.stringify(value)}`;
  if (member.type === 'integer' && (value >= int32 || value < -int32)) yield `${where} has over 32 bits`;
  if (member.min !== undefined && value < member.min) yield `${where} is below ${member.min}`;
  if (member.max !== undefined && value > member.max) yield `${where} is above ${member.max}`;
}

function* timeBreaches(value, where, { dates }) {
  if (dates) {
    if (!(value instanceof Date) || Number.isNaN(value.getTime())) yield `${where} is no date`;
  } else if (typeof value !== 'string' || !rfc3339.test(value) || Number.isNaN(Date.parse(value))) {
    yield `${where} is no RFC 3339 text in UTC: ${JSON.stringify(value)}`;
  }
}

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

/**
 * What is wrong with `value` in the place of `member`, as sentences. With `strict` (answers) unknown
 * members and nulls are wrong, too; with `dates`, times are Date objects, as the SDK makes them.
 */
export function* breaches(member, value, where, options = {}) {
  const type = typeOf(member);
  if (value === null) return yield `${where} is null`;
  switch (type.type) {
    case 'string': return yield* textBreaches(member, value, where);
    case 'enum':
      // The service itself answers with an empty preset where a channel's type has none.
      if (options.strict && value === '' && member.name === 'preset') return;
      if (!type.values.includes(value)) yield `${where} is none of ${type.values}: ${value}`;
      return;
    case 'integer': case 'long': return yield* numberBreaches(member, value, where);
    case 'boolean':
      if (typeof value !== 'boolean') yield `${where} is no boolean: ${JSON.stringify(value)}`;
      return;
    case 'timestamp': return yield* timeBreaches(value, where, options);
    case 'structure':
      if (!isObject(value)) return yield `${where} is no object`;
      return yield* memberBreaches(type.members, value, where, options);
    case 'list':
      if (!Array.isArray(value)) return yield `${where} is no list`;
      if (value.length < (type.minItems ?? 0)) yield `${where} has ${value.length} items`;
      if (value.length > (type.maxItems ?? Infinity)) yield `${where} has ${value.length} items`;
      for (const [i, item] of value.entries()) yield* breaches(type.items, item, `${where}[${i}]`, options);
      return;
    case 'map': {
      if (!isObject(value)) return yield `${where} is no object`;
      const count = Object.keys(value).length;
      if (count > (type.maxEntries ?? Infinity)) yield `${where} has ${count} entries`;
      for (const [key, entry] of Object.entries(value)) {
        yield* textBreaches(type.key, key, `${where}'s key ${key}`);
        yield* breaches(type.value, entry, `${where}[${key}]`, options);
      }
      return;
    }
    default: throw new Error(`a type no one knows: ${type.type}`);
  }
}

/** The same for an object of `members`. */
export function* memberBreaches(members, value, where, options = {}) {
  for (const member of members) {
    const given = value[member.name];
    const path = where ? `${where}.${member.name}` : member.name;
    const missing = given === undefined || (given === null && !options.strict);
    if (missing) {
      if (member.required) yield `${path} is missing`;
    } else {
      yield* breaches(member, given, path, options);
    }
  }
  if (!options.strict) return;
  const known = new Set(members.map(({ name }) => name));
  for (const name of Object.keys(value)) {
    if (!known.has(name)) yield `${where ? `${where}.` : ''}${name} is in no model`;
  }
}

/** What is wrong with the body of a chat's error: it has members beyond the sentence. */
export function errorBreaches(service, error, body) {
  const members = (service === 'ivschat' && ivschat.errors[error]?.members) || [];
  // The model knows the type of rooms only, and ids of resources that do not exist may be anything.
  // Who is too quick is refused before anybody looks at what for.
  const required = error !== 'ThrottlingException';
  const known = members.map((member) => (/^resource/.test(member.name)
    ? { name: member.name, required, type: 'string', minLength: 1 } : member));
  return [...memberBreaches(known, body, error)];
}

export const inputBreaches = (name, input) => [...memberBreaches(inputMembers(operation(name)), input, '')];

/** What is wrong with an answer: `body` as parsed from the wire, or as the SDK gave it (`dates`). */
export function outputBreaches(name, body, { dates = false } = {}) {
  return [...memberBreaches(outputMembers(operation(name)), body, '', { strict: true, dates })];
}
