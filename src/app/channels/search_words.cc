#include "app/channels/search_words.h"

#include <algorithm>
#include <set>
#include <utility>

namespace app {
namespace {

constexpr std::size_t kLongest = 40;
// Channels that are looked at for one search. Who types more letters gets nearer.
constexpr std::int64_t kCandidates = 400;

bool is_letter(char c) {
  const auto octet = static_cast<unsigned char>(c);
  return octet >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z');
}

char small(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Not in the middle of a character.
void shorten(std::string& word) {
  if (word.size() <= kLongest) return;
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(word[end]) & 0xC0) == 0x80) --end;
  word.resize(end);
}

// The first text behind all that begin with `word`: texts sort by their octets, and none holds a
// character beyond U+10FFFF.
std::string behind(std::string_view word) {
  return std::string(word) + "\xF4\x8F\xBF\xBF";
}

}  // namespace

std::vector<std::string> search_words(std::string_view text, std::size_t most) {
  std::vector<std::string> words;
  const auto add = [&](std::string word) {
    shorten(word);
    if (words.size() < most && !word.empty() && std::ranges::find(words, word) == words.end()) {
      words.push_back(std::move(word));
    }
  };
  std::string word;
  for (const char c : text) {
    if (is_letter(c)) {
      word.push_back(small(c));
    } else {
      add(std::exchange(word, {}));
    }
  }
  add(std::move(word));
  return words;
}

bool all_begin_words(const std::vector<std::string>& wanted,
                     const std::vector<std::string>& words) {
  return std::ranges::all_of(wanted, [&](const std::string& beginning) {
    return std::ranges::any_of(
        words, [&](const std::string& word) { return word.starts_with(beginning); });
  });
}

Outcome<void> unindex_channel(io::SqlConnection& sql, std::string_view account) {
  auto removed =
      sql.run("DELETE FROM app_channel_words WHERE account = $1", {std::string(account)});
  if (!removed) return broken(removed.error());
  return {};
}

Outcome<void> index_channel(io::SqlConnection& sql, std::string_view account) {
  if (auto removed = unindex_channel(sql, account); !removed) return removed;
  auto rows = sql.run(
      "SELECT a.name, c.title, c.category FROM app_channels c JOIN app_accounts a "
      "ON a.id = c.account WHERE c.account = $1",
      {std::string(account)});
  if (!rows) return broken(rows.error());
  if (rows->empty()) return {};
  for (const std::string& word :
       search_words(rows->text(0, 0) + ' ' + rows->text(0, 2) + ' ' + rows->text(0, 1))) {
    auto added = sql.run("INSERT INTO app_channel_words (word, account) VALUES ($1, $2)",
                         {word, std::string(account)});
    if (!added) return broken(added.error());
  }
  return {};
}

Outcome<std::vector<std::string>> find_channels(io::SqlConnection& sql,
                                                const std::vector<std::string>& wanted,
                                                std::size_t limit) {
  if (wanted.empty()) return std::vector<std::string>();
  // The longest is the rarest, most likely.
  const auto& rarest = *std::ranges::max_element(wanted, {}, &std::string::size);
  // CROSS JOIN: SQLite goes from the few words to their channels, and not the other way round.
  auto rows = sql.run(
      "SELECT w.account, c.followers, a.name, c.title, c.category FROM (SELECT account FROM "
      "app_channel_words WHERE word >= $1 AND word < $2 ORDER BY word, account LIMIT $3) w "
      "CROSS JOIN app_channels c CROSS JOIN app_accounts a WHERE c.account = w.account AND "
      "a.id = w.account AND a.state = 'active' AND c.channel_arn IS NOT NULL",
      {rarest, behind(rarest), kCandidates});
  if (!rows) return broken(rows.error());
  std::set<std::string> seen;
  std::vector<std::pair<std::int64_t, std::string>> found;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    const std::string& account = rows->text(row, 0);
    if (!seen.insert(account).second) continue;
    if (wanted.size() > 1 &&
        !all_begin_words(wanted, search_words(rows->text(row, 2) + ' ' + rows->text(row, 4) + ' ' +
                                              rows->text(row, 3)))) {
      continue;
    }
    found.emplace_back(-rows->integer(row, 1), account);
  }
  std::ranges::sort(found);
  if (found.size() > limit) found.resize(limit);
  std::vector<std::string> accounts;
  for (auto& [followers, account] : found) accounts.push_back(std::move(account));
  return accounts;
}

}  // namespace app
