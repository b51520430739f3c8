/**
 * What the server says over the WebSocket (docs/chat.md), read strictly: a frame that is not exactly what it
 * should be is null, and nothing of it reaches a page.
 */
import { roles, type ChatAttributes, type ChatRole } from './types';

export interface MessageFrame {
  readonly type: 'MESSAGE';
  readonly id: string;
  readonly requestId: string;
  readonly content: string;
  readonly attributes: ChatAttributes;
  readonly at: number;
  readonly userId: string;
  readonly userAttributes: ChatAttributes;
  readonly role: ChatRole;
  readonly history: boolean;
}

export interface EventFrame {
  readonly type: 'EVENT';
  readonly id: string;
  readonly requestId: string;
  readonly name: string;
  readonly attributes: ChatAttributes;
  readonly at: number;
  readonly history: boolean;
}

export interface ErrorFrame {
  readonly type: 'ERROR';
  readonly requestId: string;
  readonly code: number;
  readonly message: string;
  readonly retryAfterMs: number | null;
}

export type Frame = MessageFrame | EventFrame | ErrorFrame;

type Fields = Readonly<Record<string, unknown>>;

const longestFrame = 64 * 1024;
const longestId = 128;
const mostAttributes = 128;
const mostReactions = 32;

class Unreadable extends Error {}

function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Unreadable();
  return value as Fields;
}
function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new Unreadable();
  return value;
}
function idOf(value: unknown): string {
  const id = textOf(value);
  if (id === '' || id.length > longestId) throw new Unreadable();
  return id;
}
const isAbsent = (value: unknown): boolean => value === undefined || value === null;
const optionalText = (value: unknown): string => (isAbsent(value) ? '' : textOf(value));

function timeOf(value: unknown): number {
  const at = Date.parse(textOf(value));
  if (Number.isNaN(at)) throw new Unreadable();
  return at;
}
function attributesOf(value: unknown): ChatAttributes {
  if (isAbsent(value)) return {};
  const all = Object.entries(fieldsOf(value));
  if (all.length > mostAttributes) throw new Unreadable();
  return Object.fromEntries(all.map(([name, text]) => [name, textOf(text)]));
}
/** A role that is not known here is none: nobody gets a badge by a word we cannot read. */
export function roleOf(value: unknown): ChatRole {
  return roles.find((role) => role === value) ?? 'NONE';
}

function messageOf(from: Fields): MessageFrame {
  const sender = fieldsOf(from['Sender']);
  return {
    type: 'MESSAGE',
    id: idOf(from['Id']),
    requestId: optionalText(from['RequestId']),
    content: textOf(from['Content']),
    attributes: attributesOf(from['Attributes']),
    at: timeOf(from['SendTime']),
    userId: idOf(sender['UserId']),
    userAttributes: attributesOf(sender['Attributes']),
    role: roleOf(sender['Role']),
    history: from['History'] === true,
  };
}

function eventOf(from: Fields): EventFrame {
  return {
    type: 'EVENT',
    id: idOf(from['Id']),
    requestId: optionalText(from['RequestId']),
    name: idOf(from['EventName']),
    attributes: attributesOf(from['Attributes']),
    at: timeOf(from['SendTime']),
    history: from['History'] === true,
  };
}

function errorOf(from: Fields): ErrorFrame {
  const code = from['ErrorCode'];
  const wait = from['RetryAfterSeconds'];
  if (typeof code !== 'number' || !Number.isInteger(code)) throw new Unreadable();
  return {
    type: 'ERROR',
    requestId: optionalText(from['RequestId']),
    code,
    message: textOf(from['ErrorMessage']),
    retryAfterMs:
      typeof wait === 'number' && Number.isFinite(wait) && wait >= 0 ? wait * 1000 : null,
  };
}

/** A frame that was JSON already, for example one of a page of past messages. */
export function readFrame(value: unknown): Frame | null {
  try {
    const from = fieldsOf(value);
    switch (from['Type']) {
      case 'MESSAGE':
        return messageOf(from);
      case 'EVENT':
        return eventOf(from);
      case 'ERROR':
        return errorOf(from);
      default:
        return null;
    }
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

export function parseFrame(text: unknown): Frame | null {
  if (typeof text !== 'string' || text.length > longestFrame) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return readFrame(value);
}

// ---- the attributes of our own events -----------------------------------------------------------

/** A count as text: digits alone, in the range of safe integers. */
export function countOf(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,15}$/.test(text)) return null;
  return Number(text);
}

/** Counts by reaction, most first; null if they cannot be read. */
export function reactionsOf(
  text: string | undefined,
): readonly { readonly emoji: string; readonly count: number }[] | null {
  try {
    const all = Object.entries(fieldsOf(JSON.parse(text ?? '')));
    if (all.length > mostReactions) return null;
    const counts: { emoji: string; count: number }[] = [];
    for (const [emoji, count] of all) {
      if (typeof count !== 'number' || !Number.isInteger(count) || emoji.length > 32) return null;
      if (count > 0) counts.push({ emoji, count });
    }
    return counts.sort((a, b) => b.count - a.count);
  } catch {
    return null;
  }
}

export function pinnedOf(text: string | undefined): MessageFrame | null {
  const frame = parseFrame(text);
  return frame?.type === 'MESSAGE' ? frame : null;
}

/** When a ban ends; null if it stands until it is lifted. */
export function untilOf(text: string | undefined): number | null {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? null : at;
}
