export { Avatar, type AvatarFace } from './Avatar/Avatar';
export { animals, type Animal } from './Avatar/animals';
export { LiveBadge } from './Badge/LiveBadge';
export { Blank } from './Blank/Blank';
export { Button, ButtonLink } from './Button/Button';
export { ChannelCard, ChannelCardSkeleton } from './ChannelCard/ChannelCard';
export { CopyField } from './CopyField/CopyField';
export { CopyText } from './CopyText/CopyText';
export { Dialog, type DialogProps } from './Dialog/Dialog';
export {
  CheckField,
  SelectField,
  TextField,
  type Option,
  type TextFieldProps,
} from './Field/Field';
export { Drawing, Icon, type IconName } from './Icon/Icon';
export { Logo, Mark } from './Logo/Logo';
export { Notice } from './Notice/Notice';
export { Player, preloadPlayer } from './Player/Player';
export { QrCode } from './QrCode/QrCode';
export { RangeSlider } from './RangeSlider/RangeSlider';
export { SecretField } from './SecretField/SecretField';
export { ShareButton } from './ShareButton/ShareButton';
export { Skeleton } from './Skeleton/Skeleton';
export { Tag } from './Tag/Tag';
export { ThemeItems, ThemeSwitch } from './ThemeSwitch/ThemeSwitch';
export { toast, Toasts, type ToastAction } from './Toasts/Toasts';
export { ago, bitrate, bytes, count, elapsed, exactTime, viewers } from './format';
export { useCopy } from './hooks/useCopy';
export { useMedia } from './hooks/useMedia';
export { useNow } from './hooks/useNow';
export { usePoll, type Polled } from './hooks/usePoll';
export {
  followLanguage,
  language,
  languages,
  locale,
  setLanguage,
  useLanguage,
  type Language,
} from './language';
export { chooseTheme, theme, themes, useIsDark, useTheme, type Theme } from './theme';
