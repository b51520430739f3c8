import type { refusals as english } from '../en/refusals';
import { plural } from '../text';

export const refusals: typeof english = {
  kinds: {
    AlreadyVoted: 'Du hast bei dieser Umfrage schon abgestimmt.',
    BadPicture: 'Das Bild lässt sich nicht lesen. Die Datei ist vielleicht beschädigt.',
    Banned: 'Du bist von diesem Kanal ausgeschlossen.',
    Busy: 'Der Server hat zu viel zu tun. Versuch es gleich noch einmal.',
    Closed: 'Diese Umfrage nimmt keine Stimmen mehr an.',
    Csrf: 'Die Seite war lange offen. Lade sie neu.',
    DiskFull: 'Der Server hat keinen Platz mehr. Sag denen Bescheid, die ihn betreiben.',
    Exists: 'Das gibt es mit diesem Titel oder dieser Nummer schon.',
    IdentityTaken: 'Auf diese Weise meldet sich schon ein anderes Konto an.',
    Live: 'Beende zuerst deine Übertragung.',
    NotFound: 'Das gibt es nicht mehr.',
    NotLive: 'Geh zuerst live: Einblendungen stehen auf deinem Stream.',
    Owner: 'Wem der Kanal gehört, braucht dort keine andere Rolle.',
    Shop: 'Der Shop antwortet nicht. Versuch es später noch einmal.',
    SignIn: 'Melde dich noch einmal an.',
    TooLarge: 'Das ist zu groß.',
    TooMany: 'Mehr davon dürfen es nicht sein. Entferne zuerst etwas.',
    TooManyFollowed: 'Du folgst so vielen Kanälen, wie es geht.',
    TooManyLive:
      'Es sind so viele Kanäle live, wie dieser Server erlaubt. Stopp deinen Encoder und beginn noch einmal, wenn eine andere Übertragung zu Ende ist; oder bitte die Verwaltung, mehr zu erlauben.',
    TooManyKeys:
      'Auf diesem Server ist kein Platz für einen weiteren Kanal nur für Mitglieder. Frag die Verwaltung.',
    WeakPassword:
      'Wähl ein stärkeres Passwort: mindestens 8 Zeichen, mit großen und kleinen Buchstaben, Ziffer und Sonderzeichen.',
    WrongType: 'Wähl ein Bild im Format JPEG, PNG oder WebP.',
  },
  needed: 'Das wird gebraucht.',
  tooLong: (most) => plural(most, { one: 'Höchstens 1 Zeichen.', other: 'Höchstens # Zeichen.' }),
  address: 'Das muss eine Adresse sein, die mit http:// oder https:// beginnt.',
  pattern: 'Eines dieser Muster lässt sich nicht lesen.',
  startRefused: 'Stopp deinen Encoder und frag die, die diese Plattform betreiben.',
  notTaken: 'Das wird so nicht angenommen. Sieh es noch einmal durch.',
};
