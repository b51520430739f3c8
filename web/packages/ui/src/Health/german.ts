/** Everything that the health pages say, in German. */
import type { HealthText } from './strings';

export const german: HealthText = {
  sessions: 'Sendungen',
  pick: 'Eine Sendung wählen',
  groups: {
    today: 'Heute',
    week: 'Letzte 7 Tage',
    month: 'Letzte 30 Tage',
    earlier: 'Früher',
  },
  older: 'Ältere Sendung',
  newer: 'Neuere Sendung',
  loadMore: 'Mehr Sendungen laden',
  error: 'Fehler',
  errorHint: 'In dieser Sendung ging etwas schief',
  none: 'Noch keine Sendungen',
  noneText: 'Geh einmal live, und diese Seite erzählt, wie es lief.',
  goLive: 'So gehst du live',
  notFound: 'Diese Sendung gibt es nicht',
  good: (figures) => `Gut. ${figures}.`,
  poor: (why) => `Schlecht. ${why}.`,
  poorWhy: 'Der Encoder liefert weniger Video, als Zeit vergeht',
  waiting: 'Verbunden. Gleich kommen Werte.',
  ended: (length) => `Nach ${length} beendet.`,
  endedWith: (length, figures) => `Nach ${length} beendet. Im Mittel ${figures}.`,
  figures: (rate, frames) => `${rate}, ${frames}`,
  fps: (n) => `${String(Math.round(n * 10) / 10).replace('.', ',')} fps`,
  elapsed: 'Seit',
  length: 'Dauer',
  views: 'Gerade dabei',
  averageViews: 'Im Mittel dabei',
  stability: 'Stabilität',
  stable: 'Stabil',
  poorWord: 'Schlecht',
  offlineWord: 'Offline',
  unknownWord: 'Wartet',
  bitrate: 'Videobitrate',
  frameRate: 'Bildrate',
  now: 'jetzt',
  average: 'im Mittel',
  mbits: 'Mbit/s',
  fpsUnit: 'fps',
  zoom: 'Gezeigter Teil',
  zooms: { all: 'Alles', '1h': '1 Std.', '30m': '30 Min.', '5m': '5 Min.' },
  follow: 'Zurück zu jetzt',
  partFrom: 'Anfang des gezeigten Teils',
  partTo: 'Ende des gezeigten Teils',
  chartLabel: (name, last, low, high) =>
    `${name}: ${last}; im gezeigten Teil zwischen ${low} und ${high}`,
  chartEmpty: 'Noch keine Werte',
  chartEmptyText: 'Während einer Sendung kommen sie alle fünf Sekunden.',
  mark: (titles, time) => `${titles.join(', ')}: ${time}`,
  marks: 'Ereignisse auf der Zeitachse',
  happened: 'Ereignisse',
  noEvents: 'Keine Ereignisse',
  explain: 'Warum, und was hilft',
  encoder: 'Encoder',
  noEncoder: 'Erscheint, sobald etwas bekannt ist.',
  notes: 'Gerade jetzt',
  notesOver: 'Lohnt sich zu ändern',
  rendition: 'Qualitäten',
  renditionStates: {
    SOURCE: 'Wie gesendet',
    RUNNING: 'Läuft',
    STARTING: 'Startet',
    SHED: 'Ausgelassen',
    STANDBY: 'Bei Bedarf',
  },
  repairs: 'Ausbesserungen',
  repairWords: {
    gaps: 'Lücken',
    jumps: 'Zeitsprünge',
    overlaps: 'Überlappungen',
    droppedSamples: 'Ausgelassene Teile',
  },
  encoderSide: 'Eigene Werte des Encoders',
  encoderWords: {
    framesRendered: 'Gezeichnete Bilder',
    framesLagged: 'Zu spät gezeichnet',
    framesSkipped: 'Vom Encoder übersprungen',
    framesDropped: 'Unterwegs verloren',
    framesOutput: 'Gesendete Bilder',
    delayMs: 'Zeit zum Kodieren',
    roundTripMs: 'Hin und zurück',
  },
  rows: {
    encoder: 'Videoencoder',
    videoCodec: 'Videocodec',
    resolution: 'Auflösung',
    frameRate: 'Bildrate',
    targetBitrate: 'Zielbitrate',
    keyframeInterval: 'Abstand der Keyframes',
    audioCodec: 'Audiocodec',
    sampleRate: 'Abtastrate',
    audioChannels: 'Tonkanäle',
    targetAudioBitrate: 'Zielbitrate für Ton',
    protocol: 'Protokoll',
  },
  warnings: {
    sampleRate: 'Player erwarten 44,1 oder 48 kHz.',
    channels: 'Mehr als zwei Kanäle: sende Stereo.',
    pixels: 'Mehr als 2,1 Megapixel: senke die Auflösung.',
    edge: 'Eine Kante mit mehr als 1920 Pixeln: senke die Auflösung.',
    keyframes: 'Keyframes alle 2 s ergeben die kürzeste Verzögerung. Das hier sind 3 s oder mehr.',
    basicSmallBitrate: 'Kanäle vom Typ Basic nehmen bis 480p höchstens 1,5 Mbit/s.',
    basicBitrate: 'Kanäle vom Typ Basic nehmen höchstens 3,5 Mbit/s.',
    standardBitrate: 'Kanäle dieses Typs nehmen höchstens 8,5 Mbit/s.',
    audioBitrate: 'Mehr als 320 kbit/s hört niemand: senke die Audiobitrate.',
  },
  overTitle: 'Die Sendung ist zu Ende',
  overText: 'Lade die Seite neu, um sie als Ganzes zu sehen.',
  reload: 'Neu laden',
  unknown: '–',
  close: 'Schließen',
  retry: 'Noch einmal versuchen',
  notFoundText: 'Der Link ist vielleicht alt oder vertippt.',
  events: {
    'Session Created': { title: 'Sendung angelegt' },
    'Session Ended': { title: 'Sendung abgeschlossen' },
    'Stream Start': { title: 'Stream gestartet' },
    'Stream End': { title: 'Stream beendet' },
    'Recording Start': { title: 'Aufzeichnung gestartet' },
    'Recording End': { title: 'Aufzeichnung beendet' },
    'Stream Takeover': {
      title: 'Ein anderer Encoder hat übernommen',
      explanation: 'Ein zweiter Encoder mit höherem Vorrang ist an die Stelle des ersten getreten.',
    },
    'Stream Takeover Failure': {
      title: 'Übernahme gescheitert',
      explanation:
        'Ein zweiter Encoder wollte übernehmen und wurde abgewiesen. Der erste läuft weiter.',
    },
    'Starvation End': {
      title: 'Gute Stabilität',
      explanation: 'Video kommt wieder rechtzeitig an.',
    },
    'Starvation Start': {
      title: 'Schlechte Stabilität',
      explanation:
        'Der Encoder hat weniger Video geliefert, als Zeit verging; das Bild ist vielleicht stehen geblieben. ' +
        'Meist ist die Leitung zu langsam oder der Rechner überlastet: senke Bitrate oder Auflösung, schließe, ' +
        'was sonst die Leitung nutzt, oder nimm ein Kabel statt WLAN.',
    },
    'Stream Failure': {
      title: 'Stream abgebrochen',
      explanation: 'Der Stream konnte nicht weitergehen. Prüfe den Encoder und starte ihn neu.',
    },
    'Ingest Bitrate': {
      title: 'Bitrate über der Grenze',
      explanation:
        'Der Encoder hat mehr Bits pro Sekunde gesendet, als dieser Kanal nimmt. Senke die Videobitrate.',
    },
    'Ingest Resolution': {
      title: 'Auflösung über der Grenze',
      explanation: 'Das Bild ist größer, als dieser Kanal nimmt. Senke die Ausgabeauflösung.',
    },
    'Concurrent Broadcasts': {
      title: 'Kritischer Systemfehler',
      explanation: 'Es waren mehr Kanäle zugleich live, als dieser Server tragen darf.',
    },
    'Concurrent Viewers': {
      title: 'Kritischer Systemfehler',
      explanation: 'Es haben mehr Menschen zugleich zugesehen, als dieser Server bedienen darf.',
    },
    'Recording Start Failure': {
      title: 'Aufzeichnung konnte nicht beginnen',
      explanation:
        'Die Sendung wird nicht aufgehoben. Der Speicher für Aufzeichnungen ist nicht bereit.',
    },
    'Recording End Failure': {
      title: 'Aufzeichnung konnte nicht abgeschlossen werden',
      explanation: 'Was vorher geschrieben wurde, ist da. Der Rest fehlt.',
    },
  },
  remarks: {
    CONNECTION_LOST: {
      title: 'Verbindung verloren',
      explanation: 'Der Encoder ist weg. Kommt er bald wieder, geht die Sendung weiter.',
    },
    NOTHING_ARRIVES: {
      title: 'Nichts kommt an',
      explanation: 'Der Encoder ist verbunden und sendet nichts. Prüfe seine Quelle und das Netz.',
    },
    UPLOAD_TOO_SLOW: {
      title: 'Upload zu langsam',
      explanation:
        'Dein Netz trägt nicht, was dein Encoder macht. Senke die Bitrate, nimm ein Kabel statt WLAN und beende andere Uploads.',
    },
    ENCODER_OVERLOADED: {
      title: 'Encoder überlastet',
      explanation:
        'Dein Rechner macht die Bilder nicht schnell genug. Senke Auflösung oder Bildrate oder wähle eine schnellere Voreinstellung.',
    },
    POOR_STABILITY: {
      title: 'Schlechte Stabilität',
      explanation: 'Es kommt weniger Video an, als Zeit vergeht.',
    },
    BITRATE_ABOVE_LIMIT: {
      title: 'Bitrate über der Grenze',
      explanation: 'Senke die Videobitrate, sonst trennt der Server die Verbindung.',
    },
    BITRATE_NEAR_LIMIT: {
      title: 'Bitrate nahe der Grenze',
      explanation: 'Etwas weniger lässt Luft für bewegte Szenen.',
    },
    FRAME_RATE_LOW: {
      title: 'Weniger Bilder als angekündigt',
      explanation: 'Der Encoder sendet weniger Bilder pro Sekunde, als er sagt.',
    },
    KEYFRAME_INTERVAL: {
      title: 'Keyframes zu weit auseinander',
      explanation:
        'So lange wartet, wer dazukommt, auf das erste Bild. Stelle den Abstand auf 2 Sekunden.',
    },
    VARIABLE_BITRATE: {
      title: 'Die Bitrate schwankt',
      explanation: 'Stelle den Encoder auf eine feste Bitrate (CBR).',
    },
    AUDIO_MISSING: { title: 'Kein Ton', explanation: 'Der Stream hat keine Tonspur.' },
    AUDIO_STOPPED: {
      title: 'Der Ton ist weg',
      explanation: 'Es kam Ton an, und jetzt nicht mehr. Prüfe die Tonquelle des Encoders.',
    },
    TIMESTAMP_GAP: {
      title: 'Stücke fehlen',
      explanation: 'Auf dem Weg ist etwas verloren gegangen.',
    },
    RENDITIONS_SHED: {
      title: 'Weniger Qualitäten als sonst',
      explanation: 'Der Server ist ausgelastet und lässt Qualitäten aus.',
    },
    RESOLUTION: {
      title: 'Auflösung zu hoch',
      explanation: 'Wähle 1920 × 1080 oder weniger: das nehmen alle Geräte.',
    },
    TARGET_BITRATE: {
      title: 'Zielbitrate zu hoch',
      explanation: 'Senke die Bitrate, sonst wird die Verbindung vielleicht getrennt.',
    },
    AUDIO_SAMPLE_RATE: {
      title: 'Ungewöhnliche Abtastrate',
      explanation: 'Stelle den Encoder auf 44,1 oder 48 kHz.',
    },
    AUDIO_CHANNELS: {
      title: 'Zu viele Tonkanäle',
      explanation: 'Viele Player kennen nur Mono und Stereo: stelle den Encoder auf Stereo.',
    },
    TARGET_AUDIO_BITRATE: {
      title: 'Audiobitrate zu hoch',
      explanation: 'Mehr als 320 kbit/s helfen nicht; üblich sind 128.',
    },
  },
};
