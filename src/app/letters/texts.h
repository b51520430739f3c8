// What our letters say, in the languages that they are written in. A letter holds only what its
// receiver may know; nothing of a stranger's stands in it but names.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "app/letters/post.h"

namespace app {

/// Whom a letter is for and who writes it.
struct LetterFor {
  std::string language;  // "de"; anything else: English
  std::string brand;     // PlatformSettings::brand.name
  std::string site_url;  // Call::site_url(): where links lead
  std::string name;      // of the account; empty: not said
  std::string to;        // the address
};

/// Proves the address of a new account: links to /verify?code=...
Letter verify_letter(const LetterFor& whom, std::string_view code);
/// For those who forgot their password: links to /reset?code=...
Letter reset_letter(const LetterFor& whom, std::string_view code);
/// An administrator made this account: links to /reset?code=... to choose a password.
Letter welcome_letter(const LetterFor& whom, std::string_view code);
/// To the new address of an account, to prove it: links to /verify?code=...
Letter address_change_letter(const LetterFor& whom, std::string_view code);
/// To the former address, once the new one is proved.
Letter address_changed_letter(const LetterFor& whom);
/// The password was changed or reset.
Letter password_changed_letter(const LetterFor& whom);
/// Somebody wanted to register with the address of an account: links to /login and /reset.
Letter already_registered_letter(const LetterFor& whom);

/// What was live, for the digest.
struct LiveLine {
  std::string name;   // of the channel
  std::string title;  // may be empty
};
/// One channel (it began just now) or several (what was live since the last letter).
Letter live_letter(const LetterFor& whom, std::span<const LiveLine> channels,
                   std::string_view unsubscribe_code);

}  // namespace app
