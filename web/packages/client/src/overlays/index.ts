export {
  maxOverlayOctets,
  overlayFrom,
  overlayOctets,
  readOverlay,
  stopText,
  writeOverlay,
} from './codec';
export {
  isAddress,
  lengthOf,
  overlayLimits,
  problemsOf,
  type OverlayProblem,
  type OverlayProblemCode,
} from './limits';
export { sharesOf } from './poll';
export { parsePoll, type ChannelPoll, type PollOption } from '../platform/polls';
export * from './types';
