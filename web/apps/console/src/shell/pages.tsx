import { lazy, type ComponentType } from 'react';
import type { Route } from '../routes';
import { Nowhere } from '../pages/Nowhere';

/** A page that is fetched when somebody goes there. */
const later = <P,>(load: () => Promise<ComponentType<P>>) =>
  lazy(async () => ({ default: await load() }));

const Overview = later(() => import('../pages/Overview').then((m) => m.Overview));
const Channels = later(() => import('../pages/Channels').then((m) => m.Channels));
const Channel = later(() => import('../pages/Channel').then((m) => m.Channel));
const ChannelSettings = later(() =>
  import('../pages/ChannelSettings').then((m) => m.ChannelSettings),
);
const Health = later(() => import('../pages/Health').then((m) => m.Health));
const Recordings = later(() => import('../pages/Recordings').then((m) => m.Recordings));
const Recording = later(() => import('../pages/Recording').then((m) => m.Recording));
const Configurations = later(() => import('../pages/Configurations').then((m) => m.Configurations));
const AccessKeys = later(() => import('../pages/AccessKeys').then((m) => m.AccessKeys));
const PlaybackKeys = later(() => import('../pages/PlaybackKeys').then((m) => m.PlaybackKeys));
const Policies = later(() => import('../pages/Policies').then((m) => m.Policies));
const EventRules = later(() => import('../pages/EventRules').then((m) => m.EventRules));
const Events = later(() => import('../pages/Events').then((m) => m.Events));
const Log = later(() => import('../pages/Log').then((m) => m.Log));

export function Page({ route }: { readonly route: Route }) {
  switch (route.page) {
    case 'overview':
      return <Overview />;
    case 'channels':
      return <Channels />;
    case 'channel':
      return <Channel key={route.id} id={route.id} />;
    case 'channel-settings':
      return <ChannelSettings key={route.id} id={route.id} />;
    case 'health':
      return <Health key={route.id} id={route.id} stream={route.stream} />;
    case 'recordings':
      return <Recordings />;
    case 'recording':
      return <Recording key={route.id} id={route.id} />;
    case 'recording-configurations':
      return <Configurations />;
    case 'keys':
      return <AccessKeys />;
    case 'playback-keys':
      return <PlaybackKeys />;
    case 'policies':
      return <Policies />;
    case 'event-rules':
      return <EventRules />;
    case 'events':
      return <Events />;
    case 'log':
      return <Log />;
    case 'nowhere':
      return <Nowhere />;
  }
}
