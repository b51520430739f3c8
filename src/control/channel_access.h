// What a gate holds of a channel and of all key pairs: immutable replicas of the database.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "io/sql.h"
#include "live/live.h"
#include "wire/jwt/keys.h"

namespace control {

struct RestrictionPolicy {
  std::vector<std::string> countries;  // empty: all
  std::vector<std::string> origins;    // empty: all
  bool strict_origin = false;
};

struct ChannelAccess {
  bool authorized = false;
  std::optional<RestrictionPolicy> policy = {};
  /// Viewers whose sessions up to a version are revoked.
  std::unordered_map<std::string, std::int64_t> revoked = {};

  /// Anybody may watch, and needs no session.
  bool is_open() const { return !authorized && !policy; }
  bool is_revoked(const std::string& viewer, std::int64_t version) const;
};

using PlaybackKeys = std::vector<wire::jwt::PublicKey>;

/// Null if there is no such channel, and no recording of one that was deleted.
base::Expected<std::shared_ptr<const ChannelAccess>> load_channel_access(
    io::SqlConnection& sql, const base::ChannelId& channel);
base::Expected<std::shared_ptr<const PlaybackKeys>> load_playback_keys(io::SqlConnection& sql);

}  // namespace control
