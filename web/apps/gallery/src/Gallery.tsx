import { groups } from './stories';
import { storyId, type Story, type StoryGroup } from './story';

function Stand({ story }: { readonly story: Story }) {
  return (
    <div
      className={story.onPicture ? 'stand picture' : 'stand'}
      style={story.width ? { maxWidth: story.width } : undefined}
    >
      {story.show()}
    </div>
  );
}

function Group({ group }: { readonly group: StoryGroup }) {
  return (
    <section className="group" id={group.id} aria-labelledby={`${group.id}-title`}>
      <h2 id={`${group.id}-title`}>{group.title}</h2>
      <div className="stories">
        {group.stories.map((story) => (
          <article key={story.name} className="story">
            <h3>
              <a href={`?story=${storyId(group, story)}`}>{story.name}</a>
            </h3>
            <Stand story={story} />
          </article>
        ))}
      </div>
    </section>
  );
}

/** Every component in every state; `?story=group/name` shows one alone. */
export function Gallery() {
  const wanted = new URLSearchParams(location.search).get('story');
  if (wanted !== null) {
    for (const group of groups) {
      const story = group.stories.find((one) => storyId(group, one) === wanted);
      if (story) {
        return (
          <main className="alone" data-story={wanted}>
            <h1 className="visually-hidden">{`${group.title}: ${story.name}`}</h1>
            <Stand story={story} />
          </main>
        );
      }
    }
    return <main>No such story.</main>;
  }
  return (
    <main className="gallery">
      <header>
        <h1>Components</h1>
        <nav aria-label="Groups">
          {groups.map((group) => (
            <a key={group.id} href={`#${group.id}`}>
              {group.title}
            </a>
          ))}
        </nav>
      </header>
      {groups.map((group) => (
        <Group key={group.id} group={group} />
      ))}
    </main>
  );
}

declare global {
  // For the program that looks at every story.
  var storyIds: readonly string[];
}
globalThis.storyIds = groups.flatMap((group) =>
  group.stories.map((story) => storyId(group, story)),
);
