/** What the small components say, in the language that is spoken; read when it is shown. */
import { followLanguage } from './language';

const english = {
  close: 'Close',
  copy: 'Copy',
  copyThat: (what: string) => `Copy ${what}`,
  copied: 'Copied',
  show: (what: string) => `Show ${what}`,
  hide: (what: string) => `Hide ${what}`,
  hidden: (what: string) => `${what}, hidden`,
  share: 'Share',
  linkCopied: 'Link copied',
  live: 'Live',
  playerMissing: 'The player could not be loaded.',
  reload: 'Load the page again',
  viewers: (n: number, shown: string) => `${shown} ${n === 1 ? 'viewer' : 'viewers'}`,
  justNow: 'just now',
  minutesAgo: (n: number) => `${n} min ago`,
  hoursAgo: (n: number) => `${n} h ago`,
  daysAgo: (n: number) => `${n} ${n === 1 ? 'day' : 'days'} ago`,
  decimalPoint: '.',
};
export type ComponentWords = typeof english;

const german: ComponentWords = {
  close: 'Schließen',
  copy: 'Kopieren',
  copyThat: (what) => `${what} kopieren`,
  copied: 'Kopiert',
  show: (what) => `${what} zeigen`,
  hide: (what) => `${what} verbergen`,
  hidden: (what) => `${what}, verborgen`,
  share: 'Teilen',
  linkCopied: 'Link kopiert',
  live: 'Live',
  playerMissing: 'Der Player konnte nicht geladen werden.',
  reload: 'Seite neu laden',
  viewers: (n, shown) => `${shown} ${n === 1 ? 'Zuschauer' : 'Zuschauende'}`,
  justNow: 'gerade eben',
  minutesAgo: (n) => `vor ${n} min`,
  hoursAgo: (n) => `vor ${n} h`,
  daysAgo: (n) => (n === 1 ? 'vor 1 Tag' : `vor ${n} Tagen`),
  decimalPoint: ',',
};

export let words: ComponentWords = english;
followLanguage((language) => {
  words = language === 'de' ? german : english;
});
