// Boundary and invalid inputs of an operation, generated from its facts. A case takes a valid input
// (which names resources that exist) and changes one thing.
//
//   { form: 'boundary' | 'invalid', what: 'maxResults = 101', build: (base) => input,
//     outcome: 'success' or the error that an accepted value leads to,
//     kind: 'type', 'null' or 'missing', where it is one of these,
//     beyond: true if the facts alone would allow it }
import { inputMembers, operation, typeOf } from './model.mjs';
import { minimal, numberValues, sample, tagsOf, textValues, wrongTypes } from './api_values.mjs';

const short = (value) => {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 44)}…${text.slice(-8)} (${text.length})` : text;
};

export const mediaTailor = 'arn:aws:mediatailor:us-west-2:123456789012:playbackConfiguration/ads';

/** The model alone would allow these, but they would mean nothing: no destination, no source. */
const meaningless = ['playbackConfigurationArn = null',
  ...['s3', 'cloudWatchLogs', 'firehose'].map((one) => `destinationConfiguration.${one} = null`)];

/** What members ask for in others, so that a case breaks nothing but what it means to break. */
const companions = {
  preset: { type: 'ADVANCED_HD' },
  multitrackInputConfiguration: { type: 'STANDARD', containerFormat: 'FRAGMENTED_MP4' },
};
const completed = {
  DestinationConfiguration: (value, { members }) => (members.some(({ name }) => value[name] != null) ? value
    : { ...value, s3: { bucketName: 'recordings' } }),
  MediaTailorPlaybackConfiguration: (value) => ({ playbackConfigurationArn: mediaTailor, ...value }),
  RenditionConfiguration: (value) => {
    if (value.renditionSelection === 'CUSTOM' && value.renditions === undefined) return { ...value, renditions: ['HD'] };
    if (Array.isArray(value.renditions) && value.renditions.length && value.renditionSelection === undefined) {
      return { ...value, renditionSelection: 'CUSTOM' };
    }
    return value;
  },
  MultitrackInputConfiguration: (value) =>
    (value.enabled === true ? { policy: 'ALLOW', maximumResolution: 'HD', ...value } : value),
};
const complete = (type, value) => completed[type.name]?.(value, type) ?? value;

/** Where a well-formed name that names nothing leads to. */
function outcomeOf(name, where, member, value) {
  const names = /arn:aws:ivs(chat)?:/.test(member.pattern) || member.pattern?.startsWith('st-');
  if (!names || value === '') return 'success';
  if (where.startsWith('filterBy')) return 'success';
  // Batches answer for each; what a room refers to must exist.
  return where.includes('[') && !where.startsWith('logging') ? 'success' : 'ResourceNotFoundException';
}

function* scalarCases(name, member, where, listName, put) {
  const type = typeOf(member);
  const accepted = (value) => ({
    form: 'boundary', what: `${where} = ${short(value)}`, build: put(value),
    outcome: outcomeOf(name, where, member, value),
  });
  const refused = (value) => ({ form: 'invalid', what: `${where} = ${short(value)}`, build: put(value) });
  let values = { accepted: [], refused: [] };
  if (type.type === 'enum') {
    values = { accepted: type.values, refused: ['', 'NOTHING', type.values[0].toLowerCase(), `${type.values[0]} `] };
  } else if (type.type === 'boolean') {
    values.accepted = [true, false];
  } else if (type.type === 'string' && member.name !== 'publicKeyMaterial') {
    values = textValues(member, listName);
  } else if (type.type === 'integer' || type.type === 'long') {
    values = numberValues(type);
  }
  for (const value of values.accepted) yield accepted(value);
  for (const value of values.refused) yield refused(value);
}

function* listCases(name, type, where, put) {
  const { items, minItems, maxItems } = type;
  const one = () => {
    const value = sample(items, type.name);
    return items.type === 'structure' ? complete(typeOf(items), value) : value;
  };
  const differ = where === 'loggingConfigurationIdentifiers' ? (value, i) => value + i : (value) => value;
  const many = (count) => Array.from({ length: count }, (_, i) => differ(one(), i));
  const count = (form, number) => ({
    form, what: `${where} of ${number}`, build: put(many(number)),
    outcome: number ? outcomeOf(name, `${where}[0]`, items, many(1)[0]) : 'success',
  });
  yield count('boundary', minItems ?? 0);
  yield count('boundary', maxItems ?? 3);
  if (minItems > 0) yield count('invalid', minItems - 1);
  if (maxItems !== undefined) yield count('invalid', maxItems + 1);
  yield { form: 'invalid', kind: 'type', what: `${where} with null`, build: put([null]) };
  yield* memberCases(name, { ...items, name: 'item' }, `${where}[0]`, (value) => put([value]), type.name);
}

/** Attributes of tokens and events: any texts, together at most 1 KB as UTF-8. */
function* attributeCases(type, where, put) {
  const across = (more) => Object.fromEntries(Array.from({ length: 64 }, (_, i) =>
    [`k${i}`.padEnd(3, '_'), 'v'.repeat(13 + (i === 63 ? more : 0))])); // 64 × 16 octets
  const good = {
    none: {}, '1 KB': across(0), '1 KB in a value': { k: 'v'.repeat(1023) }, '1 KB in a name': { ['k'.repeat(1024)]: '' },
    '1 KB in emoji': { name: '🎈'.repeat(255) }, 'odd texts': { 'ключ "\\': 'значение\n\t\u2028 𝕏', constructor: 'x', __proto__x: 'y' },
  };
  const bad = {
    'an octet too many': across(1), 'an octet too many in a value': { k: 'v'.repeat(1024) },
    'an octet too many in a name': { ['k'.repeat(1025)]: '' }, 'too much emoji': { name: '🎈'.repeat(256) },
  };
  for (const [what, value] of Object.entries(good)) {
    yield { form: 'boundary', what: `${where} of ${what}`, build: put(value), outcome: 'success' };
  }
  for (const [what, value] of Object.entries(bad)) {
    yield { form: 'invalid', beyond: true, what: `${where} of ${what}`, build: put(value) };
  }
  for (const wrong of wrongTypes(type.value)) {
    yield { form: 'invalid', kind: 'type', what: `${where}'s value = ${short(wrong)}`, build: put({ k: wrong }) };
  }
}

function* mapCases(type, where, put) {
  const { key, value, maxEntries } = type;
  if (maxEntries === undefined) {
    yield* attributeCases(type, where, put);
    return;
  }
  yield { form: 'boundary', what: `${where} of none`, build: put({}), outcome: 'success' };
  yield { form: 'boundary', what: `${where} of ${maxEntries}`, build: put(tagsOf(maxEntries)), outcome: 'success' };
  yield { form: 'invalid', what: `${where} of ${maxEntries + 1}`, build: put(tagsOf(maxEntries + 1)) };
  for (const [member, entry, part] of [[key, (text) => ({ [text]: 'v' }), 'key'], [value, (text) => ({ k: text }), 'value']]) {
    const { accepted, refused } = textValues(member, '');
    for (const text of accepted) {
      yield { form: 'boundary', what: `${where}'s ${part} = ${short(text)}`, build: put(entry(text)), outcome: 'success' };
    }
    for (const text of refused) {
      yield { form: 'invalid', what: `${where}'s ${part} = ${short(text)}`, build: put(entry(text)) };
    }
  }
  for (const wrong of wrongTypes(value)) {
    yield { form: 'invalid', kind: 'type', what: `${where}'s value = ${short(wrong)}`, build: put({ k: wrong }) };
  }
}

function* structureCases(name, type, where, put) {
  const base = minimal(type);
  yield {
    form: 'boundary', what: `${where} with a member of tomorrow`, outcome: 'success',
    build: put(complete(type, { ...base, memberOfTomorrow: [{}] })),
  };
  if (type.exactlyOneMember) {
    const both = Object.fromEntries(type.members.map((member) => [member.name, sample(member)]));
    yield { form: 'invalid', beyond: true, what: `${where} of none`, build: put({}) };
    yield { form: 'invalid', beyond: true, what: `${where} of all`, build: put(both) };
  }
  for (const member of type.members) {
    const path = `${where}.${member.name}`;
    const without = type.exactlyOneMember ? {} : base;
    const inside = (value) => put(complete(type, { ...without, [member.name]: value }));
    yield* memberCases(name, member, path, inside);
    yield* absenceCases(member, path, (value) => put({ ...base, [member.name]: value }));
  }
}

/** Missing and null: the same, and refused only of what is required. */
function* absenceCases(member, where, put) {
  const form = member.required ? 'invalid' : 'boundary';
  yield { form, kind: 'null', what: `${where} = null`, build: put(null), outcome: 'success' };
  if (member.required) yield { form, kind: 'missing', what: `${where} missing`, build: put(undefined) };
}

/** Cases of one member; `put(value)` gives the `build` that puts it into its place. */
function* memberCases(name, member, where, put, listName = '') {
  const type = typeOf(member);
  if (type.type === 'structure') yield* structureCases(name, type, where, put);
  else if (type.type === 'list') yield* listCases(name, type, where, put);
  else if (type.type === 'map') yield* mapCases(type, where, put);
  else yield* scalarCases(name, member, where, listName, put);
  for (const wrong of wrongTypes(type)) {
    yield { form: 'invalid', kind: 'type', what: `${where} = ${short(wrong)}`, build: put(wrong) };
  }
}

/** Paths and queries hold text only; what is empty there is another route, or missing. */
function onTheWire(member, { kind, what }) {
  if (member.in === undefined) return true;
  if (kind === 'type' || kind === 'null') return false;
  return member.in === 'query' ? !what.endsWith(' of 0') : kind !== 'missing' && !what.endsWith(' = ""');
}

/** Every boundary and invalid case of an operation. */
export function casesOf(name) {
  const members = inputMembers(operation(name));
  const cases = [{
    form: 'boundary', what: 'members of tomorrow', outcome: 'success',
    build: (base) => ({ ...base, memberOfTomorrow: { deep: [1, null] } }),
  }];
  for (const member of members) {
    const put = (value) => (base) => ({ ...base, ...companions[member.name], [member.name]: value });
    const own = [...memberCases(name, member, member.name, put), ...absenceCases(member, member.name, put)];
    cases.push(...own.filter((one) => onTheWire(member, one)
      && !meaningless.some((end) => one.what.endsWith(end))));
  }
  return cases;
}
