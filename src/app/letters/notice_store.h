// The tables behind notices: what went live, what each account wants to hear of, and the browsers
// that are told by Web Push. What somebody is shown is looked up by whom they follow
// (app_follows, of channels), so that a start writes one row however many follow. Component
// "app.notices"; times are microseconds since 1970.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/letters/web_push.h"
#include "base/time.h"
#include "io/sql.h"

namespace app {

base::Expected<void> make_notice_tables(io::SqlConnection& sql);

enum class Digest : std::uint8_t { kOff, kInstant, kDaily };
std::string_view to_string(Digest digest);
std::optional<Digest> digest_from(std::string_view text);

/// What an account wants; what it never chose is as here.
struct NoticeSettings {
  bool page = true;
  bool push = true;
  Digest digest = Digest::kOff;
};
base::Expected<NoticeSettings> read_notice_settings(io::SqlConnection& sql,
                                                    const std::string& account);
/// `site_url` is where links in letters lead; `digest_due` when the next daily letter is.
base::Expected<void> write_notice_settings(io::SqlConnection& sql, const std::string& account,
                                           const NoticeSettings& settings,
                                           const std::string& site_url, base::WallTime digest_due);
base::Expected<void> end_digest(io::SqlConnection& sql, const std::string& account);

/// A start of a channel.
struct LiveStart {
  std::int64_t id = 0;
  std::string channel;  // its account
  std::string title;
  base::WallTime at{};
};
struct CalledStart {
  LiveStart start;
  bool is_mailed = false;  // instant digests go out, too
};
/// Notes a start unless the channel had one in the last ten minutes: then nothing. Its oldest
/// starts go.
base::Expected<std::optional<CalledStart>> note_start(io::SqlConnection& sql,
                                                      const std::string& channel,
                                                      const std::string& title, base::WallTime now);

/// Starts of those whom `account` follows, since it does, newest first, older than `before`.
base::Expected<std::vector<LiveStart>> starts_for(io::SqlConnection& sql,
                                                  const std::string& account, std::int64_t before,
                                                  std::int64_t most, base::WallTime now);
/// Until when an account has seen its notices.
base::Expected<base::WallTime> read_seen_at(io::SqlConnection& sql, const std::string& account);
struct SeenState {
  base::WallTime seen_at{};
  std::int64_t unseen = 0;  // at most 100 are counted
};
base::Expected<SeenState> read_seen(io::SqlConnection& sql, const std::string& account,
                                    base::WallTime now);
base::Expected<void> mark_seen(io::SqlConnection& sql, const std::string& account,
                               base::WallTime now);

/// Followers in the order in which they came.
struct FollowerMark {
  std::int64_t followed_at = 0;
  std::string follower;
};
struct Follower {
  FollowerMark mark;
  NoticeSettings settings;
  std::string site_url;  // empty: not known
};
base::Expected<std::vector<Follower>> followers_after(io::SqlConnection& sql,
                                                      const std::string& channel,
                                                      const FollowerMark& mark, std::int64_t most,
                                                      base::WallTime now);
/// Browsers of followers who want it, by the address of the push service.
struct PushTarget {
  PushSubscription subscription;
  bool is_local = false;
  std::int64_t failures = 0;
};
struct PushPage {
  std::vector<PushTarget> targets;
  std::optional<FollowerMark> next;  // nothing: that was all
};
base::Expected<PushPage> push_targets_after(io::SqlConnection& sql, const std::string& channel,
                                            const FollowerMark& mark, std::int64_t followers,
                                            base::WallTime now);

inline constexpr std::int64_t kMaxPushTargets = 10;  // of one account: its oldest goes
base::Expected<void> add_push_target(io::SqlConnection& sql, const std::string& account,
                                     const PushSubscription& subscription, bool is_local,
                                     base::WallTime now);
/// Of any account if that is empty.
base::Expected<void> remove_push_target(io::SqlConnection& sql, const std::string& account,
                                        const std::string& endpoint);
base::Expected<void> set_push_failures(io::SqlConnection& sql, const std::string& endpoint,
                                       std::int64_t failures);

/// Accounts whose daily letter is due.
struct DueDigest {
  std::string account;
  std::string site_url;
  base::WallTime since{};  // starts that no letter told of
};
base::Expected<std::vector<DueDigest>> due_digests(io::SqlConnection& sql, base::WallTime now,
                                                   std::int64_t most);
base::Expected<void> set_digest_due(io::SqlConnection& sql, const std::string& account,
                                    base::WallTime told_until, base::WallTime due);
/// One start of each channel, the newest first.
base::Expected<std::vector<LiveStart>> starts_since(io::SqlConnection& sql,
                                                    const std::string& account,
                                                    base::WallTime since, std::int64_t most,
                                                    base::WallTime now);

/// Everything of an account that is deleted.
base::Expected<void> erase_notices(io::SqlConnection& sql, const std::string& account);
/// Starts that nobody will look at any more.
base::Expected<void> forget_starts(io::SqlConnection& sql, base::WallTime before);

}  // namespace app
