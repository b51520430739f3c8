// Making accounts, proving addresses, choosing new passwords and names: what the platform's own
// routes and those of the demo's backend share.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/letters/texts.h"
#include "app/people/accounts_service.h"

namespace app {

struct Registration {
  std::string name;
  std::string email;
  std::string password;  // secret
  std::string avatar;    // empty: by chance
  std::string color;
  std::string language;
};
struct Registered {
  /// False: a letter is on its way. Also if the address has an account, whose owner is told.
  bool is_confirmed = false;
  std::string account;                   // if confirmed
  std::optional<OpenedSession> session;  // if confirmed and wanted
};
enum class Entry : std::uint8_t { kSignIn, kStayOutside };
/// 400 Invalid, NameReserved, DomainNotAllowed, WeakPassword; 403 RegistrationClosed; 409
/// NameTaken, and EmailTaken where nobody has to prove an address; 429.
Outcome<Registered> register_person(Call& call, const Registration& wanted, Entry entry);

/// 409 NameTaken; 400 Invalid, NameReserved; 429. The account as it is now.
Outcome<Account> rename_me(Call& call, std::string_view name);

/// Sends a letter to whoever has that address, and does as much if nobody has. 429.
Outcome<void> send_reset(Call& call, std::string_view email);

/// That it is really the one who is signed in: by the password, or, without one, by a session that
/// began just now. 403 WrongPassword (field), SignInAgain; 429.
Outcome<void> prove_oneself(Call& call, std::string_view password, std::string_view field);

/// Within a transaction; no more than some an hour go to one address.
Outcome<void> queue_letter(Call& call, io::SqlConnection& sql, const Letter& letter);
/// queue_letter() for one with a code, which is kept if the letter goes: else it would only push
/// out those that went.
struct CodeOfLetter {
  std::string_view code;  // secret
  CodePurpose purpose = CodePurpose::kVerify;
  std::string_view account;
  std::string_view value;
  base::Duration lifetime{};
};
Outcome<void> queue_code(Call& call, io::SqlConnection& sql, const CodeOfLetter& code,
                         const Letter& letter);
LetterFor letter_for(Call& call, const Account& account);

inline constexpr base::Duration kVerifyLasts = std::chrono::hours(24);
inline constexpr base::Duration kResetLasts = std::chrono::hours(1);
inline constexpr base::Duration kInvitationLasts = std::chrono::hours(72);

}  // namespace app
