/** What this browser remembers about channels. Storage may be forbidden; then nothing is. */
const hiddenKey = 'rostrum.chat-hidden';
const chatVisitorKey = 'rostrum.chat-visitor';
const pollVisitorKey = (channel: string) => `rostrum.poll-visitor.${channel.toLowerCase()}`;
const choiceKey = 'rostrum.poll-choice';

function read(key: string): string {
  try {
    return localStorage.getItem(key) ?? '';
  } catch {
    return '';
  }
}
function write(key: string, value: string): void {
  try {
    if (value === '') localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // as if it had been cleared
  }
}

export const kept = {
  isChatHidden: () => read(hiddenKey) !== '',
  hideChat: (hidden: boolean) => write(hiddenKey, hidden ? 'yes' : ''),
  /** Who the server took a visitor for. */
  chatVisitor: () => read(chatVisitorKey),
  setChatVisitor: (token: string) => write(chatVisitorKey, token),
  pollVisitor: (channel: string) => read(pollVisitorKey(channel)),
  setPollVisitor: (channel: string, token: string) => write(pollVisitorKey(channel), token),
  /** What a visitor voted for in the newest poll; the server does not know them again after a reload. */
  choiceIn: (poll: string): number | null => {
    const [id, option] = read(choiceKey).split(' ');
    return id === poll && /^\d$/.test(option ?? '') ? Number(option) : null;
  },
  setChoice: (poll: string, option: number) => write(choiceKey, `${poll} ${option}`),
};
