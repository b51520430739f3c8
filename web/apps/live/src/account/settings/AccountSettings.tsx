import { language, SelectField, ThemeSwitch, toast, useLanguage } from '@rostrum/ui';
import { people } from '../../shell/platform';
import { useSession } from '../../shell/session';
import { failureWords } from '../../shell/failure';
import { chooseLanguage } from '../../strings';
import { useAccountText } from '../../strings/account';
import { useShellText } from '../../strings/shell';
import { platformError } from '@rostrum/client/platform';
import { ChangeEmail, ChangeName, ChangePassword } from './changes';
import { DeleteAccount } from './DeleteAccount';
import { Section } from './Section';
import { Sessions } from './Sessions';

export function AccountSettings() {
  return (
    <>
      <ChangeName />
      <ChangeEmail />
      <ChangePassword />
      <ChooseLanguage />
      <ChooseTheme />
      <Sessions />
      <DeleteAccount />
    </>
  );
}

function ChooseTheme() {
  const { appearance, themes } = useShellText();
  return (
    <Section title={appearance}>
      <ThemeSwitch label={appearance} names={themes} />
    </Section>
  );
}

function ChooseLanguage() {
  const words = useAccountText();
  const { languages } = useShellText();
  const { adopt } = useSession();
  const spoken = useLanguage();
  const choose = async (to: keyof typeof languages) => {
    const before = language();
    chooseLanguage(to);
    try {
      adopt(await people.change({ language: to }));
    } catch (cause) {
      chooseLanguage(before);
      toast(failureWords(platformError(cause)), 'problem');
    }
  };
  return (
    <Section title={words.languageTitle}>
      <SelectField
        label={words.languageTitle}
        value={spoken}
        options={[
          { value: 'en', label: languages.en },
          { value: 'de', label: languages.de },
        ]}
        onChange={(to) => void choose(to)}
      />
    </Section>
  );
}
