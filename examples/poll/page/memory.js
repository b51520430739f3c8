// What stays in this browser: who it votes as, and the words of questions it has seen.
import { newVoterId } from './poll.js';

const voterKey = 'poll.voter';
const questionsKey = 'poll.questions';
const mostQuestions = 50;

// A private window may have no storage: then this lasts as long as the page.
const fallback = new Map();
const store = {
  get(key) {
    try {
      return localStorage.getItem(key) ?? fallback.get(key) ?? null;
    } catch {
      return fallback.get(key) ?? null;
    }
  },
  set(key, value) {
    fallback.set(key, value);
    try {
      localStorage.setItem(key, value);
    } catch {
      // the page goes on without it
    }
  },
};

export function voterId() {
  let id = store.get(voterKey);
  if (!id || !/^[0-9a-f]{32}$/.test(id)) {
    id = newVoterId();
    store.set(voterKey, id);
  }
  return id;
}

function known() {
  try {
    const list = JSON.parse(store.get(questionsKey) ?? '[]');
    return Array.isArray(list) ? list.filter((entry) => Array.isArray(entry) && entry.length === 2) : [];
  } catch {
    return [];
  }
}

export function rememberQuestion(id, question) {
  const others = known().filter(([other]) => other !== id);
  store.set(questionsKey, JSON.stringify([[id, question], ...others].slice(0, mostQuestions)));
}

export const questionOf = (id) => known().find(([other]) => other === id)?.[1] ?? null;
