import { useState } from 'react';
import { Dialog } from '@rostrum/ui';
import { Tabs } from '../channel/parts/Tabs';
import { useManagerText } from '../strings/manager';
import { Bans } from './chat/Bans';
import { People } from './chat/People';
import { Reports } from './chat/Reports';
import { Rules } from './chat/Rules';
import './chat/chat.css';

type Part = 'rules' | 'people' | 'bans' | 'reports';

/** What holds in one's chat, and who looks after it. */
export default function ChatSettings({
  name,
  onClose,
}: {
  readonly name: string;
  readonly onClose: () => void;
}) {
  const words = useManagerText();
  const [part, setPart] = useState<Part>('rules');
  return (
    <Dialog open onClose={onClose} title={words.chatTools} wide>
      <Tabs<Part>
        label={words.chatTools}
        chosen={part}
        onChoose={setPart}
        className="chat-settings"
        tabs={[
          { id: 'rules', label: words.rules, content: <Rules name={name} />, isKept: true },
          { id: 'people', label: words.people, content: <People name={name} /> },
          { id: 'bans', label: words.bans, content: <Bans name={name} /> },
          { id: 'reports', label: words.reports, content: <Reports name={name} /> },
        ]}
      />
    </Dialog>
  );
}
