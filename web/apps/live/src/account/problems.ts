/** What a refusal of the server means for a form: which field it is about, and the sentence for it. */
import type { PlatformError } from '@rostrum/client/platform';
import { refusedWords } from '../shell/refused';
import { accountText, type AccountText } from '../strings/account';

export interface Placed {
  /** Empty: the whole form. */
  readonly field: string;
  readonly text: string;
}

const nameForm = /^[A-Za-z0-9._]{4,20}$/;
const emailForm = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;
export const passwordLength = { least: 8, most: 256 };

export const nameProblem = (name: string, words: AccountText): string | undefined => {
  if (name === '') return words.nameNeeded;
  return nameForm.test(name) ? undefined : words.nameForm;
};

export function emailProblem(
  email: string,
  words: AccountText,
  domains: readonly string[] = [],
): string | undefined {
  if (email === '') return words.emailNeeded;
  if (!emailForm.test(email) || email.length > 254) return words.emailForm;
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  if (domains.length > 0 && !domains.some((one) => one.toLowerCase() === domain))
    return words.domainNotAllowed;
  return undefined;
}

/** What a new password still needs, as the server counts. */
export function lacksOf(password: string, words: AccountText): string[] {
  const rules: [RegExp, string][] = [
    [/[A-Z]/, words.upper],
    [/[a-z]/, words.lower],
    [/[0-9]/, words.digit],
    [/[^A-Za-z0-9 ]/, words.symbol],
  ];
  return rules.filter(([rule]) => !rule.test(password)).map(([, what]) => what);
}

export function newPasswordProblem(password: string, words: AccountText): string | undefined {
  const { length } = [...password];
  if (length < passwordLength.least) return words.passwordShort(passwordLength.least - length);
  if (length > passwordLength.most) return words.passwordLong;
  const lacks = lacksOf(password, words);
  return lacks.length > 0 ? words.passwordLacks(lacks) : undefined;
}

/** 0 (too weak) to 4 (strong). */
export function strengthOf(password: string, words: AccountText): number {
  const { length } = [...password];
  if (length < passwordLength.least) return 0;
  if (lacksOf(password, words).length > 0) return 1;
  if (/(.)\1{3}/u.test(password) || new Set(password).size < 6) return 1;
  return length < 10 ? 2 : length < 14 ? 3 : 4;
}

export function placed(error: PlatformError): Placed {
  const words = accountText();
  const at = (field: string, text: string): Placed => ({ field, text });
  switch (error.type) {
    case 'NoAnswer':
    case 'Unavailable':
      return at('', words.noAnswer);
    case 'WrongCredentials':
      return at('', words.wrong);
    case 'Unverified':
      return at('', words.unverified);
    case 'Suspended': {
      const reason = /: (.+)$/.exec(error.message)?.[1];
      return at('', reason ? words.suspendedBecause(reason) : words.suspended);
    }
    case 'WrongPassword':
      return at(error.field || 'password', words.passwordOldWrong);
    case 'SignInAgain':
      return at('', words.signInAgain);
    case 'Yourself':
      return at('', words.yourself);
    case 'NameTaken':
      return at('name', words.nameTaken);
    case 'NameReserved':
      return at('name', words.nameReserved);
    case 'EmailTaken':
      return at('email', words.emailTaken);
    case 'DomainNotAllowed':
      return at('email', words.domainNotAllowed);
    case 'RegistrationClosed':
      return at('', words.closedTitle);
    case 'WeakPassword':
      return at(error.field || 'password', refusedWords(error));
    case 'CodeExpired':
      return at('', words.codeExpiredTitle);
  }
  if (error.status === 429)
    return at('', error.retryAfter > 0 ? words.attemptsIn(error.retryAfter) : words.attempts);
  if (error.status >= 400 && error.status < 500 && error.field !== '') {
    if (error.field === 'name') return at('name', words.nameForm);
    if (error.field === 'email') return at('email', words.emailForm);
    return at(error.field, refusedWords(error));
  }
  return at('', error.status < 500 ? refusedWords(error) : words.unexpected);
}
