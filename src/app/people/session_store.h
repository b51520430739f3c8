// Sessions, codes of letters, and the count of letters in the database. Tables hold only hashes of
// what opens something. What writes runs inside of a transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/people/account_store.h"

namespace app {

// ---- sessions -----------------------------------------------------------------------------------

/// What stands for a token in tables and in memory: its SHA-256 in hexadecimal.
std::string session_key(std::string_view token);

/// A session on its way: made before the transaction, which may run twice.
struct NewSession {
  std::string token;  // secret
  std::string key;
  std::string id;  // for lists
  std::string device;
  std::string address;
  base::WallTime now{};
  base::Duration length{};
};
NewSession new_session(const PlatformRequest& request, base::WallTime now, base::Duration length);
/// The account's oldest go beyond some of them.
Outcome<void> insert_session(io::SqlConnection& sql, const NewSession& session,
                             std::string_view account, std::int64_t generation);

/// A session as it is found, with whom it belongs to.
struct FoundSession {
  std::string account;
  std::string name;
  Role role = Role::kViewer;
  bool is_active = false;       // of the account
  std::int64_t generation = 0;  // of the session
  std::int64_t account_generation = 0;
  base::WallTime seen_at{};
  base::WallTime expires_at{};
};
Outcome<std::optional<FoundSession>> find_session(io::SqlConnection& sql, std::string_view key);
base::Expected<void> touch_session(io::SqlConnection& sql, const std::string& key,
                                   const std::string& account, base::WallTime now,
                                   base::Duration length);

struct ListedSession {
  std::string key;
  std::string id;
  std::string device;
  std::string address;
  base::WallTime created_at{};
  base::WallTime seen_at{};
};
/// Newest use first.
Outcome<std::vector<ListedSession>> list_sessions(io::SqlConnection& sql, std::string_view account,
                                                  base::WallTime now);
Outcome<void> delete_session(io::SqlConnection& sql, std::string_view key);
/// Whether somebody has signed in to the account from this customer (address_limiter.h) lately.
Outcome<bool> is_known_address(io::SqlConnection& sql, std::string_view account,
                               std::string_view customer);

/// "Firefox on Linux", of a User-Agent field; what is not known is named as it says itself, short.
std::string device_of(std::string_view user_agent);

// ---- codes --------------------------------------------------------------------------------------

enum class CodePurpose : std::uint8_t { kVerify, kReset, kEmail };

/// A code on its way, as NewSession.
std::string new_code();
Outcome<void> insert_code(io::SqlConnection& sql, std::string_view code, CodePurpose purpose,
                          std::string_view account, std::string_view value, base::WallTime now,
                          base::Duration lifetime);
struct FoundCode {
  std::string account;
  CodePurpose purpose = CodePurpose::kVerify;
  std::string value;
};
/// Nothing if there is none (any more).
Outcome<std::optional<FoundCode>> find_code(io::SqlConnection& sql, std::string_view code,
                                            base::WallTime now);
/// All of that purpose.
Outcome<void> delete_codes(io::SqlConnection& sql, std::string_view account, CodePurpose purpose);

// ---- letters ------------------------------------------------------------------------------------

/// Counts a letter to an address; false if it got enough of them in the last hour.
Outcome<bool> count_letter(io::SqlConnection& sql, std::string_view email, base::WallTime now);
inline constexpr std::int64_t kLettersAnHour = 8;

// ---- identities ---------------------------------------------------------------------------------

/// 409 IdentityTaken if it is another account's.
Outcome<void> insert_identity(io::SqlConnection& sql, std::string_view account,
                              std::string_view provider, std::string_view subject,
                              base::WallTime now);

}  // namespace app
