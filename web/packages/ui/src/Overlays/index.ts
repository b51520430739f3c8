export { Celebration, type CelebrationProps } from './Celebration';
export { CountdownRing, useSecondsLeft, type CountdownRingProps } from './CountdownRing';
export { NoticeBar, type NoticeBarProps } from './NoticeBar';
export { type OverlayPlace } from './OverlayCard';
export { PollCard, type PollCardProps } from './PollCard';
export {
  isAmazon,
  ProductCard,
  ProductDialog,
  ProductPicture,
  type ProductCardProps,
} from './ProductCard';
export { QuizCard, type QuizCardProps } from './QuizCard';
export { quizLingerMs, useQuiz } from './useQuiz';
