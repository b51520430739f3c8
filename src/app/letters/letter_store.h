// The table of letters that wait for the mail server, or stand in the development mailbox. Their
// contents are sealed: a copy of the database opens no account. Component "app.letters"; times are
// microseconds since 1970.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/letters/letter_key.h"
#include "app/letters/post.h"
#include "base/time.h"
#include "io/sql.h"

namespace app {

base::Expected<void> make_letter_tables(io::SqlConnection& sql);

struct StoredLetter {
  std::int64_t id = 0;
  Letter letter;
  base::WallTime created_at{};
  base::WallTime due_at{};
  std::int64_t attempts = 0;
  /// Sealed with another key than ours: nothing but its receiver is known.
  bool is_readable = false;
};

/// Where a letter goes: out, or to the mailbox that shows what would have been sent.
enum class Tray : std::uint8_t { kOut, kMailbox };

class LetterStore {
 public:
  explicit LetterStore(const LetterKey& key) : key_(key) {}

  base::Expected<void> add(io::SqlConnection& sql, const Letter& letter, Tray tray,
                           base::WallTime now) const;
  /// The one that is due and goes out next: digests behind all others, otherwise the oldest.
  base::Expected<std::optional<StoredLetter>> next(io::SqlConnection& sql,
                                                   base::WallTime now) const;
  /// When the next one will be due, if one waits.
  base::Expected<std::optional<base::WallTime>> next_due(io::SqlConnection& sql) const;
  base::Expected<std::int64_t> count(io::SqlConnection& sql, Tray tray) const;

  /// Takes a letter until `until`: false if somebody else has it, or it has gone.
  base::Expected<bool> claim(io::SqlConnection& sql, const StoredLetter& letter,
                             base::WallTime until) const;
  base::Expected<void> put_back(io::SqlConnection& sql, std::int64_t id, base::WallTime due) const;
  base::Expected<void> remove(io::SqlConnection& sql, std::int64_t id) const;
  base::Expected<void> remove_of(io::SqlConnection& sql, const std::string& address) const;

  // The mailbox, newest first.
  base::Expected<std::vector<StoredLetter>> mailbox(io::SqlConnection& sql) const;
  base::Expected<std::optional<StoredLetter>> find_in_mailbox(io::SqlConnection& sql,
                                                              std::int64_t id) const;
  base::Expected<void> empty_mailbox(io::SqlConnection& sql) const;

  static constexpr std::int64_t kMaxMailbox = 500;

 private:
  base::Expected<std::vector<StoredLetter>> rows(base::Expected<io::SqlResult> result) const;

  const LetterKey& key_;
};

}  // namespace app
