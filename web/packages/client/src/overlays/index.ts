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
export { parsePoll, sharesOf } from './poll';
export * from './types';
