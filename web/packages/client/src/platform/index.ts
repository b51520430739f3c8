export { openFeed, type Feed, type FeedEvent, type FeedEvents, type FeedOptions } from './feed';
export {
  createPlatform,
  pathOf,
  platformError,
  PlatformError,
  platformRoot,
  type Ask,
  type PlatformApi,
  type PlatformOptions,
  type Query,
} from './http';
export { createPeople, type People, type Registered, type Registration } from './session';
export * from './types';
