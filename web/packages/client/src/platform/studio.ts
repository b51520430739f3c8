/** What those ask who stream: everything of the stream manager and of the health pages. */
export { createChannelHealth, type ChannelHealth } from './channel-health';
export {
  activeTold,
  createOverlays,
  parseActive,
  type ActiveNow,
  type DraftAnswer,
  type OverlayCalls,
  type OverlayState,
} from './overlays';
export {
  createProducts,
  productSorts,
  type ImportAnswer,
  type ProductCalls,
  type ProductItem,
  type ProductPage,
  type ProductSort,
  type ProductSource,
  type ProductWritten,
} from './products';
