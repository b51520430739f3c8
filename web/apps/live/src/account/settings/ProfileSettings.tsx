import { useState } from 'react';
import { Avatar, Skeleton, toast } from '@rostrum/ui';
import { people } from '../../shell/platform';
import { useMe, useSession } from '../../shell/session';
import { Trouble } from '../../shell/Trouble';
import { useAccountText } from '../../strings/account';
import { FacePicker } from '../FacePicker';
import { Form, FormFailure, SubmitButton } from '../parts';
import { useForm } from '../useForm';
import { PictureUpload } from './PictureUpload';
import { Section } from './Section';
import { useOwnChannel } from './useOwnChannel';

const mostAvatar = 1_000_000;
const mostBanner = 5_000_000;

export function ProfileSettings() {
  const words = useAccountText();
  const me = useMe();
  const { adopt, refresh } = useSession();
  const channel = useOwnChannel();
  const [face, setFace] = useState({ avatar: me.avatar, color: me.color });
  const form = useForm({
    fields: [] as const,
    send: async () => {
      adopt(await people.change(face));
      toast(words.saved);
    },
  });
  const isSame = face.avatar === me.avatar && face.color === me.color;
  return (
    <>
      <Section title={words.avatarTitle} text={words.profileText}>
        <PictureUpload
          isLine
          path="/me/avatar"
          most={mostAvatar}
          url={me.avatarUrl ?? ''}
          hint={words.avatarText}
          onChanged={() => void refresh()}
          show={(url, isBusy) => (
            <span className={isBusy ? 'is-busy' : undefined}>
              <Avatar face={{ ...me, ...face, avatarUrl: url || undefined }} size={96} />
            </span>
          )}
        />
      </Section>
      <Section title={words.faceTitle} text={me.avatarUrl ? words.uploadedWins : words.faceHint}>
        <Form form={form}>
          <FacePicker face={face} name={me.name} onChange={setFace} />
          <FormFailure text={form.failure} />
          {!isSame && <SubmitButton busy={form.busy}>{words.save}</SubmitButton>}
        </Form>
      </Section>
      <Section title={words.bannerTitle}>
        {channel.error?.status === 403 ? (
          <p className="quiet">{words.noStream}</p>
        ) : channel.error ? (
          <Trouble error={channel.error} again={channel.again} />
        ) : channel.value ? (
          <PictureUpload
            path="/me/banner"
            most={mostBanner}
            url={channel.value.bannerUrl ?? ''}
            hint={words.bannerText}
            onChanged={channel.again}
            show={(url, isBusy) => (
              <div className={isBusy ? 'banner-place is-busy' : 'banner-place'}>
                {url ? <img src={url} alt="" /> : <span>{words.bannerNone}</span>}
              </div>
            )}
          />
        ) : (
          <Skeleton width="100%" height="140px" />
        )}
      </Section>
    </>
  );
}
