// What the page knows about polls, without the page: reading what comes with the video, and counting.

const longestText = 512;
const mostAnswers = 9; // as many as there are number keys

const isText = (value) => ['string', 'number', 'boolean'].includes(typeof value);
const text = (value) => String(value).slice(0, longestText);

/** An id for a poll that came without one: the same question is the same poll (64-bit FNV-1a). */
export function idOf(question) {
  let hash = 0xcbf29ce484222325n;
  for (const octet of new TextEncoder().encode(question)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(octet)) * 0x100000001b3n);
  }
  return `q-${hash.toString(16).padStart(16, '0')}`;
}

/**
 * Reads a poll out of timed metadata in any of the usual shapes: answers as an object or as an array, with or
 * without an id, with the index of the right answer or without. Null for everything else: other metadata may
 * travel in the same video.
 */
export function readPoll(json) {
  let data;
  try {
    data = JSON.parse(json);
  } catch {
    return null;
  }
  if (data === null || typeof data !== 'object' || !isText(data.question)) return null;
  if (data.answers === null || typeof data.answers !== 'object') return null;
  const given = Object.values(data.answers);
  const answers = [...new Set(given.filter(isText).map(text))].slice(0, mostAnswers);
  if (answers.length === 0) return null;
  const question = text(data.question);
  const right = isText(given[data.correctIndex]) ? text(given[data.correctIndex]) : null;
  return { id: isText(data.poll_id) && data.poll_id !== '' ? text(data.poll_id) : idOf(question), question, answers, right };
}

/**
 * One row for each answer: those that are offered first, then what else was given (another showing of the same
 * question may have offered it). Shares are of all votes, in whole percent.
 */
export function rows(answers, responses, total) {
  const others = Object.keys(responses).filter((answer) => !answers.includes(answer));
  return [...answers, ...others].map((answer) => {
    const votes = Object.hasOwn(responses, answer) ? responses[answer] : 0;
    return { answer, votes, percent: total > 0 ? Math.round((100 * votes) / total) : 0, offered: answers.includes(answer) };
  });
}

/** An id that only this browser knows: whoever has it can change its votes. */
export function newVoterId(random = crypto.getRandomValues(new Uint8Array(16))) {
  return [...random].map((octet) => octet.toString(16).padStart(2, '0')).join('');
}

/** 12345 as people write it: 12.3K. */
export const people = (number) => new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 }).format(number);
