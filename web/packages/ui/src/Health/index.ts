export { extremes } from './Charts';
export { HealthRoom } from './HealthRoom';
export { SessionLink } from './SessionLink';
export { HealthProvider, type HealthPlace, type HealthSource } from './source';
export { healthText } from './strings';
export { mergeMetrics } from './useMetrics';
export { useReport, type LiveReport } from './useReport';
export { useSessions, type Sessions } from './useSessions';
export { endedSentence, healthWord, liveSentence, type HealthWord } from './words';
