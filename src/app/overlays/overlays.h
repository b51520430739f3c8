// Overlays on the picture (quiz, poll, product, notice, celebration): drafts, starting, replacing,
// stopping, and polls that are counted here. Tables: component "app.overlays".
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/channels/channels.h"
#include "app/core/call.h"
#include "app/core/parts.h"
#include "app/core/route.h"

namespace app {

class Overlays {
 public:
  static base::Expected<std::unique_ptr<Overlays>> create(Parts& parts, io::SqlConnection& sql);
  virtual ~Overlays() = default;
  static std::span<const Route> routes();
  /// Of the UGC demo's backend: /channel/actions/send.
  static std::span<const Route> demo_routes();
  virtual void start() = 0;

  /// What pages show of the poll of a channel now: {} if there is none (docs/platform-api.md,
  /// Poll).
  virtual Outcome<boost::json::object> poll_of(io::SqlConnection& sql, const ChannelRow& channel,
                                               const std::optional<Viewer>& viewer,
                                               std::string_view visitor, base::WallTime now) = 0;
  /// The channel's broadcast ended. From the home loop.
  virtual void went_offline(const std::string& account) = 0;
};

}  // namespace app
