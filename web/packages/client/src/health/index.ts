export {
  align,
  average,
  emptySeries,
  latest,
  mergeSeries,
  readSeries,
  type Series,
} from './series';
export {
  atEnd,
  chosenSpan,
  firstZoom,
  fittingZooms,
  shortest,
  spanOf,
  zoomOf,
  type Span,
  type Zoom,
} from './zoom';
export {
  groupOf,
  groupSessions,
  mergeSessions,
  neighbours,
  sessionRow,
  type SessionGroup,
  type SessionRow,
} from './sessions';
export {
  explained,
  feedOf,
  isErrorEvent,
  marksOf,
  starvations,
  worst,
  type FeedEvent,
  type Mark,
  type Severity,
} from './events';
export { encoderRows, type EncoderRow, type EncoderRowName, type EncoderWarning } from './encoder';
