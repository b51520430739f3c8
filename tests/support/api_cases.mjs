// Boundary and invalid inputs of an operation, generated from its facts. A case takes a valid input
// (which names resources that exist) and changes one thing.
//
//   { form: 'boundary' | 'invalid', what: 'maxResults = 101', build: (base) => input,
//     outcome: 'success' or the error that an accepted value leads to,
//     kind: 'type', 'null' or 'missing', where it is one of these }
import { inputMembers, operation, typeOf } from './model.mjs';
import { minimal, numberValues, sample, tagsOf, textValues, wrongTypes } from './api_values.mjs';

const short = (value) => {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 44)}…${text.slice(-8)} (${text.length})` : text;
};

export const mediaTailor = 'arn:aws:mediatailor:us-west-2:123456789012:playbackConfiguration/ads';

/** The model alone would allow these, but they would mean nothing: no destination, no source. */
const meaningless = ['destinationConfiguration.s3 = null', 'playbackConfigurationArn = null'];

/** What members ask for in others, so that a case breaks nothing but what it means to break. */
const companions = {
  preset: { type: 'ADVANCED_HD' },
  multitrackInputConfiguration: { type: 'STANDARD', containerFormat: 'FRAGMENTED_MP4' },
};
const completed = {
  DestinationConfiguration: (value) => ({ s3: { bucketName: 'recordings' }, ...value }),
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
const complete = (type, value) => completed[type.name]?.(value) ?? value;

/** Where a well-formed name that names nothing leads to. */
function outcomeOf(name, where, member, value) {
  const names = member.pattern?.includes('arn:aws:ivs:') || member.pattern?.startsWith('st-');
  if (!names || value === '') return 'success';
  if (where.startsWith('filterBy') || where.includes('[')) return 'success';
  return 'ResourceNotFoundException';
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
  const many = (count) => Array.from({ length: count }, one);
  const count = (form, number) => ({ form, what: `${where} of ${number}`, build: put(many(number)), outcome: 'success' });
  yield count('boundary', minItems ?? 0);
  yield count('boundary', maxItems ?? 3);
  if (minItems > 0) yield count('invalid', minItems - 1);
  if (maxItems !== undefined) yield count('invalid', maxItems + 1);
  yield { form: 'invalid', kind: 'type', what: `${where} with null`, build: put([null]) };
  yield* memberCases(name, { ...items, name: 'item' }, `${where}[0]`, (value) => put([value]), type.name);
}

function* mapCases(type, where, put) {
  const { key, value, maxEntries } = type;
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
  for (const member of type.members) {
    const path = `${where}.${member.name}`;
    const inside = (value) => put(complete(type, { ...base, [member.name]: value }));
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
