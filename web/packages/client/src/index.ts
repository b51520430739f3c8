export { ApiError, createApi, type Api } from './api';
export { pauseAfter, startPoll, type Poll, type PollOptions } from './poll';
export type { Channel, Ingest, Recording, Recordings, ServerInfo } from './types';
