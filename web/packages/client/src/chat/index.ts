export { ChatConnection, type ChatOptions } from './connection';
export { saidAttributes } from './log';
export type { ChatEvent } from './reader';
export { joinChat, pastOf, pastOfPerson, type JoinAnswer, type JoinRequest } from './gateway';
export type { ChatSocket, OpenSocket } from './link';
export { OlderMessages, type PastFrame, type PastPage, type PastSource } from './past';
export { ChatReplay, type ChatReplayOptions, type ChatReplaySnapshot } from './replay';
export type { Network, Schedule } from './surroundings';
export * from './types';
