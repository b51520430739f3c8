import { useEffect } from 'react';
import {
  Blank,
  Button,
  ButtonLink,
  CopyField,
  Dialog,
  Icon,
  LiveBadge,
  Logo,
  Notice,
  SecretField,
  Skeleton,
  Tag,
  toast,
  Toasts,
} from '@rostrum/ui';
import type { StoryGroup } from '../story';

const nothing = () => undefined;

function Said({ kind }: { readonly kind: 'done' | 'problem' }) {
  useEffect(() => {
    toast(kind === 'done' ? 'Quiz started' : 'Not saved: the server does not answer.', kind);
  }, [kind]);
  return <Toasts />;
}

export const basics: StoryGroup = {
  id: 'basics',
  title: 'Basics',
  stories: [
    {
      name: 'Buttons',
      show: () => (
        <div className="row-of">
          <Button kind="primary">Go live</Button>
          <Button>Share</Button>
          <Button kind="danger">Delete channel</Button>
          <Button kind="quiet">Not now</Button>
          <Button small>Small</Button>
          <Button reason="Only owners may">Cannot</Button>
          <Button disabled>Off</Button>
          <ButtonLink href="#there">A link</ButtonLink>
        </div>
      ),
    },
    {
      name: 'Badges and tags',
      show: () => (
        <div className="row-of">
          <LiveBadge />
          <Tag>Recorded</Tag>
          <Tag tone="good">Good</Tag>
          <Tag tone="warning">Poor</Tag>
        </div>
      ),
    },
    { name: 'Logo', show: () => <Logo /> },
    {
      name: 'Notice line',
      show: () => (
        <Notice icon="offline">
          <span>You are offline. The page goes on when you are back.</span>
          <Button small>Try again</Button>
        </Notice>
      ),
    },
    {
      name: 'Nothing here yet',
      show: () => (
        <Blank title="The stage is free" action={<Button kind="primary">Go live</Button>}>
          Nobody is live right now. Point your encoder here and the picture appears by itself.
        </Blank>
      ),
    },
    {
      name: 'Loading',
      show: () => (
        <div className="column-of" aria-busy="true">
          <Skeleton width="100%" height="180px" />
          <Skeleton width="60%" height="24px" />
        </div>
      ),
    },
    {
      name: 'Fields to copy',
      width: 480,
      show: () => (
        <div className="column-of">
          <CopyField label="Server" value="rtmps://live.example.org:443/app/" />
          <CopyField label="Command" value="ffmpeg -i YOUR_FILE -f flv" blank="YOUR_FILE" wrap />
          <SecretField label="Stream key" value="sk_local_abc" />
        </div>
      ),
    },
    { name: 'Toast', show: () => <Said kind="done" /> },
    { name: 'Toast of a problem', show: () => <Said kind="problem" /> },
    {
      name: 'Dialog',
      show: () => (
        <Dialog
          open
          onClose={nothing}
          title="Make a new stream key?"
          description="The old one stops working, and a broadcast that uses it ends."
          actions={
            <>
              <Button>Keep it</Button>
              <Button kind="danger">Make a new key</Button>
            </>
          }
        />
      ),
    },
    {
      name: 'Icons',
      show: () => (
        <div className="row-of">
          {(
            ['check', 'clock', 'copy', 'eye', 'message', 'offline', 'share', 'warning'] as const
          ).map((name) => (
            <Icon key={name} name={name} size={24} />
          ))}
        </div>
      ),
    },
  ],
};
