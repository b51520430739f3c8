/** What the server refuses, by the kind that it names. */
import { plural } from '../text';

export const refusals = {
  kinds: {
    AlreadyVoted: 'You have voted in this poll.',
    BadPicture: 'The picture cannot be read. The file may be damaged.',
    Banned: 'You are banned from this channel.',
    Busy: 'The server has too much to do. Try again in a moment.',
    Closed: 'This poll takes no more votes.',
    Csrf: 'The page has been open for long. Load it again.',
    DiskFull: 'The server has no room left. Tell whoever runs it.',
    Exists: 'There is one of that title or number already.',
    IdentityTaken: 'Another account is signed in to in this way already.',
    Live: 'End your broadcast first.',
    NotFound: 'That is no longer there.',
    NotLive: 'Go live first: overlays are shown on your stream.',
    Owner: 'The owner of a channel needs no other role there.',
    Shop: 'The shop does not answer. Try again later.',
    SignIn: 'Sign in again.',
    TooLarge: 'That is too large.',
    TooMany: 'There are as many as there may be. Remove one first.',
    TooManyFollowed: 'You follow as many channels as one can.',
    TooManyLive:
      'As many channels are live as this server allows. Stop your encoder, and start again when another broadcast has ended; or ask an administrator to allow more.',
    TooManyKeys: 'This server has no room for another members channel. Ask an administrator.',
    WeakPassword:
      'Choose a stronger password: 8 characters at least, with capital and small letters, a digit and a symbol.',
    WrongType: 'Choose a picture in the format JPEG, PNG or WebP.',
  } as Readonly<Record<string, string>>,
  needed: 'This is needed.',
  tooLong: (most: number) =>
    plural(most, { one: '1 character at most.', other: '# characters at most.' }),
  address: 'This must be an address that begins with http:// or https://.',
  pattern: 'One of these patterns cannot be read.',
  startRefused: 'Stop your encoder, and ask whoever runs this platform.',
  notTaken: 'This cannot be taken. Look it over.',
};
