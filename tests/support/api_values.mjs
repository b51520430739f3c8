// Values made from the constraints of the operations' facts: the shortest and longest texts, the
// least and greatest numbers, and what is just beyond them.
import { typeOf } from './model.mjs';

export const home = { region: 'local', account: '000000000000' };
const chatTypes = ['room', 'logging-configuration'];
const serviceOf = (type) => (chatTypes.includes(type) ? 'ivschat' : 'ivs');
export const arnOf = (type, id, { region, account } = home, service = serviceOf(type)) =>
  `arn:aws:${service}:${region}:${account}:${type}/${id}`;

const cycle = (alphabet, length) => alphabet.repeat(Math.ceil(length / alphabet.length)).slice(0, length);

/** Texts of a pattern with any length from `least` on, and texts that break nothing but the pattern. */
function family(pattern = '', name = '') {
  const arn = /^(?:\^\$\|\^)?(arn:aws:\w+:)\[a-z0-9-\]\+:\[0-9\]\+:([a-zA-Z-]+)\//.exec(pattern);
  if (arn) {
    const start = `${arn[1]}${home.region}:${home.account}:${arn[2]}/`;
    return {
      least: start.length + 1,
      make: (length) => start + cycle('aB3-', length - start.length),
      bad: [
        `${start}a\n`, `${start}a b`, start, `${arn[1]}${home.region}:x:${arn[2]}/a`, `x${start}a`,
        `${arn[1].replace('arn:aws:', 'arn:aws:x')}${home.region}:${home.account}:${arn[2]}/a`,
        `${arn[1]}${home.region}:${home.account}:other/a`, 'a',
      ],
      empty: pattern.startsWith('^$|'),
    };
  }
  switch (pattern) {
    case '[a-zA-Z0-9-_]*':
      return { least: 0, make: (length) => cycle('aZ0-9_', length), bad: ['a b', 'a/b', 'é', 'a\n', '<b>'] };
    case '[a-z0-9-.]+':
      return { least: 1, make: (length) => cycle('b0-c.d', length), bad: ['Abc', 'a_b', 'a/b', 'abc\n'] };
    case '[a-zA-Z0-9]+':
      return { least: 1, make: (length) => cycle('aZ09b', length), bad: ['aaaaaaaaaaa-', 'aaaaaaaaaaaé', 'aaaaaa aaaaa', 'aaaaaaaaaaa\n'] };
    case '[a-zA-Z0-9_.-]+':
      return { least: 1, make: (length) => cycle('a_B.0-', length), bad: ['a b', 'a/b', 'é', 'a\n'] };
    case '[\\.\\-_/#A-Za-z0-9]+':
      return { least: 1, make: (length) => cycle('/aws/a#b.c-d_E9', length), bad: ['a b', 'a:b', 'é', 'a\n'] };
    case '$|^arn:aws:lambda:[a-z0-9-]+:[0-9]{12}:function:.+.*':
      return {
        least: lambda.length + 1, make: (length) => lambda + cycle('review-A9', length - lambda.length), empty: true,
        bad: ['a', lambda, `x${lambda}a`, lambda.replace('123456789012', '12345678901') + 'a', lambda.replace('lambda', 'sns') + 'a'],
      };
    case 'st-[a-zA-Z0-9]+':
      return {
        least: 4, make: (length) => `st-${cycle('aZ9', length - 3)}`,
        bad: [`xx-${cycle('aZ9', 23)}`, `st-${cycle('a-', 23)}`],
      };
    case '[a-zA-Z0-9+/=_-]*': // no token can be invented that is valid
      return { least: 0, make: (length) => cycle('aZ0+/_-', length), bad: ['a b', 'a.b', 'é'], invented: true };
    case '([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+)': case '([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)':
      return {
        least: pattern.includes('+)') ? 1 : 0, make: unicode,
        bad: ['a#b', 'tab\t', 'a<b', 'a\n', '🎈'],
      };
    case '':
      return { least: 0, make: (length) => (name === 'origin' ? origin(length) : cycle('viewer Ä7', length)), bad: [] };
    default:
      if (pattern.includes('[a-z-]/')) {
        // As written no ARN meets it: tag routes parse ARNs by hand.
        const type = pattern.includes('ivschat') ? 'room' : 'channel';
        const start = arnOf(type, '');
        return {
          least: start.length + 1, make: (length) => start + cycle('aB3', length - start.length),
          bad: ['a', 'arn:aws:ivs', 'arn:aws:s3:::bucket', start.slice(0, -1), start, 'toaster'],
        };
      }
      throw new Error(`make texts of the pattern ${pattern}`);
  }
}

const lambda = 'arn:aws:lambda:us-west-2:123456789012:function:';

/** Letters of several alphabets and one beyond 16 bits; the count is in characters. */
const alphabet = [...'aé ツ𝕏_.:/=+-@7'];
const unicode = (length) => Array.from({ length }, (_, i) => alphabet[i % alphabet.length]).join('');

const origin = (length) => {
  if (length < 12) return cycle('*', length);
  const start = 'https://';
  const host = Array.from({ length: length - start.length }, (_, i) => (i % 50 === 49 ? '.' : 'o')).join('');
  return start + (host.endsWith('.') ? `${host.slice(0, -1)}o` : host);
};

/** {accepted: [...], refused: [...]} of a text, as the constraints alone say. */
export function textValues(member, listName) {
  const { least, make, bad, empty, invented } = family(
    member.name === 'nextToken' ? '[a-zA-Z0-9+/=_-]*' : member.pattern, /Origin/.test(listName) ? 'origin' : '');
  if (/Country/.test(listName)) return { accepted: ['DE', 'US'], refused: ['D', 'DEU', ''] };
  const { minLength = 0, maxLength } = member;
  const accepted = [];
  const refused = [...(member.pattern ? bad : [])];
  const shortest = Math.max(minLength, least);
  if (invented) accepted.push('');
  else {
    accepted.push(make(Math.max(shortest, least)));
    if (empty) accepted.push('');
    if (maxLength !== undefined && maxLength > shortest) accepted.push(make(maxLength), make(maxLength - 1));
  }
  if (maxLength !== undefined) refused.push(make(maxLength + 1));
  if (minLength > least) refused.push(make(minLength - 1));
  else if (least > 0 && !empty) refused.push('');
  return { accepted: [...new Set(accepted)], refused: [...new Set(refused)] };
}

/** The same of a number. */
export function numberValues({ type, min, max }) {
  const accepted = [];
  const refused = [1.5];
  if (min !== undefined) {
    accepted.push(min);
    refused.push(min - 1);
  }
  if (max !== undefined) {
    accepted.push(max);
    refused.push(max + 1);
  } else if (type === 'integer') {
    accepted.push(2 ** 31 - 1);
    refused.push(2 ** 31);
  }
  return { accepted, refused };
}

/** Values of every other JSON type. */
export function wrongTypes({ type }) {
  switch (type) {
    case 'string': case 'enum': case 'timestamp': return [7, true, ['a'], { a: 'b' }];
    case 'integer': case 'long': return ['1', true, [1], {}];
    case 'boolean': return ['true', 1, [], {}];
    case 'list': return ['a', 7, { a: 'b' }, true];
    case 'map': case 'structure': return ['a', 7, ['a'], true];
    default: throw new Error(type);
  }
}

/** `count` different tags, of one character each where possible. */
export const tagsOf = (count) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`key-${i}`, `value ${i}`]));

/** A value for a required member of a nested structure or list. */
export function sample(member, listName = '') {
  const type = typeOf(member);
  switch (type.type) {
    case 'string': return textValues(member, listName).accepted[0];
    case 'enum': return type.values[0];
    case 'boolean': return false;
    case 'integer': case 'long': return type.min ?? 1;
    case 'list': return Array.from({ length: Math.max(1, type.minItems ?? 0) }, () => sample(type.items, type.name));
    case 'map': return tagsOf(1);
    case 'structure': return minimal(type);
    default: throw new Error(type.type);
  }
}

/** A structure with only what it must have. */
export const minimal = (type) => Object.fromEntries(
  type.members.filter(({ required }, i) => required || (type.exactlyOneMember && i === 0))
    .map((member) => [member.name, sample(member)]));
