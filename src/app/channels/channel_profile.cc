#include "app/channels/channel_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "app/channels/assets.h"
#include "app/channels/schema.h"
#include "app/people/names.h"
#include "io/loop.h"

namespace app {
namespace {

constexpr std::size_t kAtOnce = 100;

#define ROSTRUM_PICTURE(kind)                                                    \
  "(SELECT p.id FROM app_assets p WHERE p.owner = c.account AND p.kind = '" kind \
  "' "                                                                           \
  "AND p.replaced_at IS NULL ORDER BY p.uploaded_at DESC, p.id LIMIT 1)"

constexpr std::string_view kSelect =
    "SELECT c.account, c.channel_arn, c.room_arn, c.stream_key_arn, c.title, c.category, c.about, "
    "c.members_only, c.followers, c.last_live_at, a.name, a.avatar, a.color, a.state, "
    ROSTRUM_PICTURE("avatar") ", " ROSTRUM_PICTURE("banner") " FROM app_channels c "
    "JOIN app_accounts a ON a.id = c.account WHERE c.channel_arn IS NOT NULL AND ";
#undef ROSTRUM_PICTURE

ProfilePtr profile_in(const io::SqlResult& rows, std::size_t row) {
  auto profile = std::make_shared<ChannelProfile>();
  profile->row = {.account = rows.text(row, 0),
                  .channel_arn = rows.text(row, 1),
                  .room_arn = rows.text(row, 2),
                  .stream_key_arn = rows.text(row, 3),
                  .title = rows.text(row, 4),
                  .category = rows.text(row, 5),
                  .about = rows.text(row, 6),
                  .is_members_only = rows.integer(row, 7) != 0};
  profile->followers = rows.integer(row, 8);
  if (!rows.is_null(row, 9)) profile->last_live_at = time_in(rows.integer(row, 9));
  profile->name = rows.text(row, 10);
  profile->avatar = rows.text(row, 11);
  profile->color = rows.text(row, 12);
  profile->is_active = rows.text(row, 13) == "active";
  if (!rows.is_null(row, 14)) profile->avatar_url = asset_url(rows.text(row, 14));
  if (!rows.is_null(row, 15)) profile->banner_url = asset_url(rows.text(row, 15));
  return profile;
}

std::string statement_for(std::string_view condition) {
  return std::string(kSelect) + std::string(condition);
}

const std::string& statement_of(ProfileKey key) {
  static const std::string kByAccount = statement_for("c.account = $1");
  static const std::string kByName = statement_for("a.name_key = $1");
  static const std::string kByArn = statement_for("c.channel_arn = $1");
  static const std::string kByRoom = statement_for("c.room_arn = $1");
  switch (key) {
    case ProfileKey::kAccount:
      return kByAccount;
    case ProfileKey::kName:
      return kByName;
    case ProfileKey::kArn:
      return kByArn;
    case ProfileKey::kRoom:
      return kByRoom;
  }
  return kByAccount;
}

char letter_of(ProfileKey key) {
  return "anci"[static_cast<std::size_t>(key)];
}

// "$1, $2, ... $100": one statement that is prepared once.
std::string list_statement(std::string_view column) {
  std::string numbers;
  for (std::size_t i = 1; i <= kAtOnce; ++i) numbers += fmt::format("{}${}", i == 1 ? "" : ", ", i);
  return statement_for(fmt::format("{} IN ({})", column, numbers));
}

Outcome<std::vector<ProfilePtr>> load_many(io::SqlConnection& sql, const std::string& statement,
                                           std::vector<std::string> values) {
  std::vector<ProfilePtr> out;
  out.reserve(values.size());
  for (std::size_t from = 0; from < values.size(); from += kAtOnce) {
    std::vector<io::SqlValue> parameters;
    const std::size_t count = std::min(kAtOnce, values.size() - from);
    for (std::size_t i = 0; i < kAtOnce; ++i) {
      parameters.emplace_back(values[from + std::min(i, count - 1)]);
    }
    auto rows = sql.run(statement, std::span<const io::SqlValue>(parameters));
    if (!rows) return broken(rows.error());
    for (std::size_t row = 0; row < rows->size(); ++row) out.push_back(profile_in(*rows, row));
  }
  return out;
}

}  // namespace

Outcome<ProfilePtr> ProfileMemory::find(io::SqlConnection& sql, ProfileKey key,
                                        std::string_view value) {
  const std::string wanted = key == ProfileKey::kName ? folded(value) : std::string(value);
  const std::string known = letter_of(key) + wanted;
  const base::MonotonicTime now = io::Loop::precise_now();
  ProfilePtr found;
  const std::uint64_t before = state_.with([&](State& state) {
    const auto kept = state.known.find(known);
    if (kept != state.known.end() && kept->second.until > now) found = kept->second.profile;
    return state.changes;
  });
  if (found) return found;
  auto rows = sql.run(statement_of(key), {wanted});
  if (!rows) return broken(rows.error());
  if (rows->empty()) return ProfilePtr();
  found = profile_in(*rows, 0);
  state_.with([&](State& state) {
    if (state.changes != before) return;
    // Nobody looks at that many within seconds but those who look at all of them.
    if (state.known.size() >= kMost * 4) state.known.clear();
    const Kept kept{found, now + kKeep};
    state.known[letter_of(ProfileKey::kAccount) + found->row.account] = kept;
    state.known[letter_of(ProfileKey::kName) + folded(found->name)] = kept;
    state.known[letter_of(ProfileKey::kArn) + found->row.channel_arn] = kept;
    state.known[letter_of(ProfileKey::kRoom) + found->row.room_arn] = kept;
  });
  return found;
}

void ProfileMemory::forget(std::string_view account) {
  state_.with([&](State& state) {
    ++state.changes;
    const auto kept = state.known.find(letter_of(ProfileKey::kAccount) + std::string(account));
    if (kept == state.known.end()) return;
    const ProfilePtr profile = kept->second.profile;
    state.known.erase(kept);
    state.known.erase(letter_of(ProfileKey::kName) + folded(profile->name));
    state.known.erase(letter_of(ProfileKey::kArn) + profile->row.channel_arn);
    state.known.erase(letter_of(ProfileKey::kRoom) + profile->row.room_arn);
  });
}

Outcome<std::vector<ProfilePtr>> ProfileMemory::load_by_arn(io::SqlConnection& sql,
                                                            std::vector<std::string> arns) {
  static const std::string kStatement = list_statement("c.channel_arn");
  return load_many(sql, kStatement, std::move(arns));
}

Outcome<std::vector<ProfilePtr>> ProfileMemory::load_by_account(io::SqlConnection& sql,
                                                                std::vector<std::string> accounts) {
  static const std::string kStatement = list_statement("c.account");
  return load_many(sql, kStatement, std::move(accounts));
}

Outcome<std::optional<BegunChannel>> load_begun(io::SqlConnection& sql, std::string_view account) {
  auto rows = sql.run(
      "SELECT channel_arn, room_arn, stream_key_arn, title, category, about, members_only, "
      "resource_name FROM app_channels WHERE account = $1",
      {std::string(account)});
  if (!rows) return broken(rows.error());
  if (rows->empty()) return std::nullopt;
  BegunChannel begun;
  begun.row = {.account = std::string(account),
               .channel_arn = rows->text(0, 0),
               .room_arn = rows->text(0, 1),
               .stream_key_arn = rows->text(0, 2),
               .title = rows->text(0, 3),
               .category = rows->text(0, 4),
               .about = rows->text(0, 5),
               .is_members_only = rows->integer(0, 6) != 0};
  begun.resource_name = rows->text(0, 7);
  return begun;
}

}  // namespace app
