/** Emoji people use in a live chat, by their short names; the first name is the one that is shown. */
const table = `😀 grinning,smile,happy
😂 joy,laugh,lol
🤣 rofl
😊 blush
😉 wink
😍 heart_eyes,love
😘 kiss
😎 sunglasses,cool
🤔 thinking,hmm
😅 sweat_smile
😭 sob,cry
😢 sad,tear
😮 open_mouth,wow
😱 scream
😡 rage,angry
😴 sleeping,tired
🙃 upside_down
🙄 roll_eyes
😬 grimacing
🤯 mind_blown
🥳 party,partying
😇 innocent,angel
🤗 hug
🤝 handshake,deal
🙏 pray,please,thanks
👍 thumbsup,+1,yes
👎 thumbsdown,-1,no
👏 clap,applause
🙌 raised_hands,hooray
👋 wave,hello,bye
👌 ok_hand,ok
✌️ victory,peace
💪 muscle,strong
🫶 heart_hands
👀 eyes,look
🧠 brain
❤️ heart
💔 broken_heart
💜 purple_heart
💚 green_heart
🔥 fire,hot
✨ sparkles
⭐ star
🎉 tada,celebrate
🎂 cake,birthday
🏆 trophy,win
🥇 gold,first
🚀 rocket
💯 hundred,100
💡 bulb,idea
⚡ zap,fast
☕ coffee
🍕 pizza
🍿 popcorn
🎵 music,note
🎮 game
📷 camera
🎤 microphone
🐱 cat
🐶 dog
🌈 rainbow
☀️ sun
❓ question
❗ exclamation
✅ check,done
❌ cross,wrong`;

export interface Emoji {
  readonly text: string;
  readonly names: readonly string[];
}

export const emoji: readonly Emoji[] = table.split('\n').map((line) => {
  const [text = '', names = ''] = line.split(' ');
  return { text, names: names.split(',') };
});

const byName = new Map(emoji.flatMap((e) => e.names.map((name) => [name, e.text] as const)));

/** Those whose names begin with the word, then those that contain it. */
export function findEmoji(word: string, most = emoji.length): Emoji[] {
  const wanted = word.toLowerCase().replace(/^:|:$/g, '').replace(/\s+/g, '_');
  const rank = (e: Emoji): number =>
    e.names.some((n) => n.startsWith(wanted)) ? 0 : e.names.some((n) => n.includes(wanted)) ? 1 : 2;
  const ranked = emoji.map((e) => [rank(e), e] as const).filter(([r]) => r < 2);
  return ranked
    .sort((a, b) => a[0] - b[0])
    .slice(0, most)
    .map(([, e]) => e);
}

/** `:smile:` becomes 😀; what is no name of an emoji stays as it is. */
export const withEmoji = (text: string): string =>
  text.replace(/:([a-z0-9_+-]{1,20}):/g, (whole, name: string) => byName.get(name) ?? whole);

export const quickReactions: readonly string[] = ['👍', '❤️', '😂', '😮', '👏', '🔥'];

const onlyEmoji =
  /^(?:\p{Extended_Pictographic}[\uFE0F\p{Emoji_Modifier}]*(?:\u200D\p{Extended_Pictographic}[\uFE0F\p{Emoji_Modifier}]*)*\s*){1,3}$/u;
/** Up to three emoji and nothing else: shown large. */
export const isOnlyEmoji = (text: string): boolean => text.length <= 40 && onlyEmoji.test(text);
