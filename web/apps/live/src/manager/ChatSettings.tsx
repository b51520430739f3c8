import { Dialog } from '@rostrum/ui';
import { Tabs } from '../channel/parts/Tabs';
import { useManagerText } from '../strings/manager';
import { Bans } from './chat/Bans';
import { People } from './chat/People';
import { Reports } from './chat/Reports';
import { Rules } from './chat/Rules';
import './chat/chat.css';

const parts = ['rules', 'people', 'bans', 'reports'] as const;
export type ChatPart = (typeof parts)[number];

/** What holds in one's chat, and who looks after it. */
export default function ChatSettings({
  name,
  part,
  onChoose,
  onClose,
}: {
  readonly name: string;
  /** As the address says; of other words the first. */
  readonly part: string;
  readonly onChoose: (part: ChatPart) => void;
  readonly onClose: () => void;
}) {
  const words = useManagerText();
  return (
    <Dialog open onClose={onClose} title={words.chatTools} wide>
      <Tabs<ChatPart>
        label={words.chatTools}
        chosen={parts.find((one) => one === part) ?? 'rules'}
        onChoose={onChoose}
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
