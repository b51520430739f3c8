import { adminTabs, moderatorTabs, to, type AdminTab } from '../routes';
import { Main } from '../shell/Main';
import { useMe } from '../shell/session';
import { Unavailable } from '../shell/Unavailable';
import { useAdminText } from '../strings/admin';
import { Bans } from './Bans';
import { Channels } from './Channels';
import { Limits } from './Limits';
import { People } from './People';
import { Reports } from './Reports';
import { Summary } from './Summary';
import '../account/account.css';
import '../account/settings/settings.css';
import './admin.css';

const bodies: Readonly<Record<AdminTab | 'summary', () => React.ReactNode>> = {
  summary: Summary,
  people: People,
  channels: Channels,
  reports: Reports,
  bans: Bans,
  limits: Limits,
};

/** Administrators see all of it, moderators of the platform what is reported and who is banned. */
export function Admin({ tab }: { readonly tab: AdminTab | null }) {
  const words = useAdminText();
  const isAdministrator = useMe().role === 'administrator';
  const tabs = isAdministrator ? adminTabs : moderatorTabs;
  const here = tab ?? (isAdministrator ? 'summary' : 'reports');
  if (here !== 'summary' && !tabs.includes(here)) return <Unavailable />;
  const Body = bodies[here];
  return (
    <Main title={`${words.tabs[here]} · ${words.title}`} className="settings admin">
      <h1>{words.title}</h1>
      <nav className="settings-places" aria-label={words.title}>
        {isAdministrator && (
          <a href={to.admin()} aria-current={here === 'summary' ? 'page' : undefined}>
            {words.tabs.summary}
          </a>
        )}
        {tabs.map((one) => (
          <a key={one} href={to.admin(one)} aria-current={one === here ? 'page' : undefined}>
            {words.tabs[one]}
          </a>
        ))}
      </nav>
      <div className="settings-body">
        <h2 className="visually-hidden">{words.tabs[here]}</h2>
        <Body />
      </div>
    </Main>
  );
}
