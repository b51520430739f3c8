import { useEffect, useRef } from 'react';
import { settingsTabs, to, type SettingsTab } from '../../routes';
import { Main } from '../../shell/Main';
import { useAccountText } from '../../strings/account';
import { AccountSettings } from './AccountSettings';
import { ChannelSettings } from './ChannelSettings';
import { NotificationSettings } from './NotificationSettings';
import { ProfileSettings } from './ProfileSettings';
import { StreamSettings } from './StreamSettings';
import '../account.css';
import './settings.css';

const bodies: Readonly<Record<SettingsTab, () => React.ReactNode>> = {
  profile: ProfileSettings,
  account: AccountSettings,
  channel: ChannelSettings,
  stream: StreamSettings,
  notifications: NotificationSettings,
};

export function Settings({ tab }: { readonly tab: SettingsTab }) {
  const words = useAccountText();
  const Body = bodies[tab];
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a phone the row of places scrolls: the one that is open is in sight.
    const here = nav.current?.querySelector<HTMLElement>('[aria-current="page"]');
    if (here && nav.current) nav.current.scrollLeft = here.offsetLeft - 24;
  }, [tab]);
  return (
    <Main title={`${words.tabs[tab]} · ${words.settingsTitle}`} className="settings">
      <h1>{words.settingsTitle}</h1>
      <nav className="settings-places" aria-label={words.settingsTitle} ref={nav}>
        {settingsTabs.map((one) => (
          <a key={one} href={to.settings(one)} aria-current={one === tab ? 'page' : undefined}>
            {words.tabs[one]}
          </a>
        ))}
      </nav>
      <div className="settings-body">
        <Body />
      </div>
    </Main>
  );
}
