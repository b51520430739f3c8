/** What the stream manager asks about overlays: drafts, what is on now, and polls of the past. */
import type { OverlayFields, OverlayKind } from '../overlays/types';
import { overlayKinds } from '../overlays/types';
import { countOf, fieldsOf, listOf, pageOf, textOf, timeOf, type Page } from './fields';
import type { PlatformApi } from './http';
import { parsePoll, type ChannelPoll } from './polls';

/** What is on; times by the server's clock. */
export interface ActiveNow {
  readonly kind: OverlayKind;
  readonly data: OverlayFields;
  readonly startedAt: number;
  /** null: until it is stopped. */
  readonly expiresAt: number | null;
}

export interface OverlayState {
  readonly drafts: Readonly<Partial<Record<OverlayKind, OverlayFields>>>;
  readonly active: ActiveNow | null;
  readonly poll: ChannelPoll | null;
}

/** What the server found in a draft; it keeps it anyway. */
export interface DraftAnswer {
  readonly octets: number;
  readonly maxOctets: number;
  readonly problems: readonly { readonly field: string; readonly message: string }[];
}

const kindOf = (value: unknown): OverlayKind | undefined =>
  overlayKinds.find((kind) => kind === value);

/** null where nothing is on. */
export function parseActive(value: unknown): ActiveNow | null {
  if (value === null || value === undefined) return null;
  const from = fieldsOf(value, 'overlay');
  const kind = kindOf(from['kind']);
  if (!kind) return null;
  return {
    kind,
    data: fieldsOf(from['data'] ?? {}, 'overlay data'),
    startedAt: timeOf(from['startedAt']) ?? Date.now(),
    expiresAt: timeOf(from['expiresAt']),
  };
}

/** As the feed tells it: the overlay itself, or that there is none. */
export function activeTold(value: unknown): ActiveNow | null {
  const from = fieldsOf(value, 'overlay');
  return parseActive('active' in from ? from['active'] : from);
}

function parseDrafts(value: unknown): OverlayState['drafts'] {
  const drafts: Partial<Record<OverlayKind, OverlayFields>> = {};
  for (const [name, data] of Object.entries(fieldsOf(value ?? {}, 'drafts'))) {
    const kind = kindOf(name);
    if (kind && typeof data === 'object' && data !== null) drafts[kind] = data as OverlayFields;
  }
  return drafts;
}

function parseDraftAnswer(value: unknown): DraftAnswer {
  const from = fieldsOf(value, 'draft');
  return {
    octets: countOf(from['octets']),
    maxOctets: countOf(from['maxOctets']),
    problems: listOf(from['problems'], (problem) => {
      const { field, message } = fieldsOf(problem, 'problem');
      return { field: textOf(field), message: textOf(message) };
    }),
  };
}

export const createOverlays = (api: PlatformApi) => ({
  state: async (signal?: AbortSignal): Promise<OverlayState> => {
    const from = fieldsOf(await api.get('/me/overlays', { signal }), 'overlays');
    return {
      drafts: parseDrafts(from['drafts']),
      active: parseActive(from['active']),
      poll: parsePoll(from['poll']),
    };
  },
  save: async (kind: OverlayKind, data: OverlayFields): Promise<DraftAnswer> =>
    parseDraftAnswer(await api.put(`/me/overlays/${kind}/draft`, { data })),
  check: async (kind: OverlayKind, data: OverlayFields): Promise<DraftAnswer> =>
    parseDraftAnswer(await api.post(`/me/overlays/${kind}/check`, { data })),
  start: async (
    kind: OverlayKind,
    data: OverlayFields,
  ): Promise<Pick<OverlayState, 'active' | 'poll'>> => {
    const from = fieldsOf(await api.post(`/me/overlays/${kind}/start`, { data }), 'overlay');
    return { active: parseActive(from['active']), poll: parsePoll(from['poll']) };
  },
  stop: () => api.post('/me/overlays/stop'),
  /** Newest first. */
  polls: async (after: string | null, signal?: AbortSignal): Promise<Page<ChannelPoll>> =>
    pageOf(await api.get('/me/polls', { query: { after }, signal }), 'polls', (one) => {
      const poll = parsePoll(one);
      if (!poll) throw new TypeError('not a poll');
      return poll;
    }),
  votesAddress: (poll: string) => api.address(`/me/polls/${encodeURIComponent(poll)}/votes.csv`),
});

export type OverlayCalls = ReturnType<typeof createOverlays>;
