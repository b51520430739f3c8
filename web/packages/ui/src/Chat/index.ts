export { deskOf, type ChatDesk } from './actions';
export { Chat, type ChatProps } from './Chat';
export type { Gate } from './Composer';
export { NameDialog } from './NameDialog';
export { PastMessages } from './PastMessages';
export { chatStrings } from './strings';
export { useChat } from './useChat';
