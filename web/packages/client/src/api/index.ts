export { createSignedApi, everything, type SignedApi, type SignedApiOptions } from './client';
export { ApiFailure, type FailureKind } from './failure';
export { EventParser, type ServerEvent } from './events';
export {
  canStaySignedIn,
  forgetSession,
  keepSession,
  signerOf,
  storedSession,
  type Access,
  type Session,
} from './session';
export { signIn } from './sign-in';
export type * as ivs from './model/ivs';
export type * as rostrum from './model/rostrum';
