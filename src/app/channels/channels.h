// People's channels: made once at the first sign-in, looked at, searched, followed, set up,
// deleted. Tables: component "app.channels".
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/core/call.h"
#include "app/core/parts.h"
#include "app/core/route.h"

namespace app {

/// A row of app_channels.
struct ChannelRow {
  std::string account;      // its owner
  std::string channel_arn;  // empty: not made yet
  std::string room_arn;
  std::string stream_key_arn;
  std::string title;
  std::string category;
  std::string about;
  bool is_members_only = false;
  /// The last part of the ARN.
  std::string_view channel_id() const {
    return std::string_view(channel_arn).substr(channel_arn.find('/') + 1);
  }
};

class Channels {
 public:
  static base::Expected<std::unique_ptr<Channels>> create(Parts& parts, io::SqlConnection& sql);
  virtual ~Channels() = default;
  static std::span<const Route> routes();
  /// Of the UGC demo's backend: all others of /channel, /channels, /metrics.
  static std::span<const Route> demo_routes();
  virtual void start() = 0;

  // Nothing if the account has none yet. From a short-lived memory; also what was just written.
  virtual Outcome<std::optional<ChannelRow>> find(io::SqlConnection& sql,
                                                  std::string_view account) = 0;
  virtual Outcome<std::optional<ChannelRow>> find_by_arn(io::SqlConnection& sql,
                                                         std::string_view channel_arn) = 0;
  virtual Outcome<std::optional<ChannelRow>> find_by_room(io::SqlConnection& sql,
                                                          std::string_view room_arn) = 0;
  /// The account's channel and room, made now if they are not there. Once, however many ask. 403
  /// for people who may not go live. Waits for control.
  virtual Outcome<ChannelRow> ensure(Call& call, std::string_view account) = 0;
  /// Ends what an account watches of a channel now, where watching needs a token of ours: those it
  /// has are worth nothing any more. For bans. Nothing to do on channels that all may watch.
  virtual void revoke(Call& call, const ChannelRow& channel, std::string_view account) = 0;
};

}  // namespace app
