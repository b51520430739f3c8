#!/usr/bin/env node
// Sends a question to a channel's viewers every few seconds: PutMetadata puts it into the video itself, so that
// everybody sees it with the same picture, however far behind they are.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { PutMetadataCommand } from '@aws-sdk/client-ivs';
import { ivsClient } from '../shared/rostrum.mjs';

const usage = 'usage: metadata.mjs <channel ARN> [--facts FILE] [--interval SECONDS] [--count QUESTIONS]';
const undecided = ['Maybe', 'Perhaps', 'Feasible', 'Conceivable'];
const largestPayload = 1024; // octets: the contract of PutMetadata
const longestPauseMs = 60_000;

/** One question for each line that is not empty. */
export function readFacts(path) {
  const facts = readFileSync(path, 'utf8').split('\n').map((line) => line.trim()).filter(Boolean);
  if (facts.length === 0) throw new Error(`${path} has no questions`);
  return facts;
}

/** 2026-Apr-14-153617, in UTC. */
export function timeText(date) {
  const [, day, month, year, hours, minutes, seconds] = /, (\d+) (\w+) (\d+) (\d+):(\d+):(\d+)/.exec(date.toUTCString());
  return `${year}-${month}-${day}-${hours}${minutes}${seconds}`;
}

/**
 * What is sent for a question. All in ASCII: other characters as \uXXXX, which every JSON reader understands
 * and nothing between here and the viewer can spoil.
 */
export function payloadFor(question, date = new Date(), random = Math.random) {
  const payload = {
    current_time: timeText(date),
    poll_id: createHash('md5').update(question).digest('hex'), // the same question is the same poll
    question,
    answers: { 1: 'True', 2: 'False', 3: undecided[Math.floor(random() * undecided.length)] },
  };
  const text = JSON.stringify(payload)
    .replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  if (text.length > largestPayload) throw new Error(`too long to send (${text.length} octets): ${question}`);
  return text;
}

/** All items in an order by chance, then all again in another one: never the same twice in a row. */
export function* shuffled(items, random = Math.random) {
  let last;
  for (;;) {
    const round = [...items];
    for (let i = round.length - 1; i > 0; i -= 1) {
      const j = Math.floor(random() * (i + 1));
      [round[i], round[j]] = [round[j], round[i]];
    }
    if (round.length > 1 && round[0] === last) round.push(round.shift());
    last = round.at(-1);
    yield* round;
  }
}

const isThrottled = (error) => error.name === 'ThrottlingException' || error.$metadata?.httpStatusCode === 429;

/** Asks for ever, or `count` questions; `signal` ends it. */
export async function ask({ channelArn, facts, interval, count = Infinity, log = console.log, signal }) {
  // Tries again by itself: the next question is better than a late one, and a limit wants fewer requests.
  const client = ivsClient({ region: channelArn.split(':')[3], maxAttempts: 1 });
  let pauseMs = interval * 1000;
  let sent = 0;
  for (const question of shuffled(facts)) {
    try {
      const metadata = payloadFor(question);
      log(metadata);
      const { $metadata } = await client.send(new PutMetadataCommand({ channelArn, metadata }), { abortSignal: signal });
      log(`HTTPStatusCode: ${$metadata.httpStatusCode}`);
      pauseMs = interval * 1000;
      sent += 1;
    } catch (error) {
      if (signal?.aborted) return;
      log(`ERROR: ${error.name}: ${error.message}`);
      if (isThrottled(error)) {
        pauseMs = Math.min(pauseMs * 2, Math.max(longestPauseMs, interval * 1000));
        log(`waiting ${pauseMs / 1000} s`);
      }
    }
    if (sent >= count) return;
    try {
      await sleep(pauseMs, undefined, { signal });
    } catch {
      return; // told to end
    }
  }
}

export const ownFacts = fileURLToPath(new URL('facts.txt', import.meta.url));

async function run() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      facts: { type: 'string', default: ownFacts },
      interval: { type: 'string', default: '10' },
      count: { type: 'string', default: 'Infinity' },
    },
  });
  const [channelArn] = positionals;
  const interval = Number(values.interval);
  const count = Number(values.count);
  if (positionals.length !== 1 || !channelArn.startsWith('arn:') || !(interval > 0) || !(count > 0)) {
    throw new Error(usage);
  }
  await ask({ channelArn, facts: readFacts(values.facts), interval, count });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  run().catch((error) => {
    console.error(error.message);
    process.exitCode = 2;
  });
}
