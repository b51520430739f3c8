// What one account shows now on the picture of its channel, and its row.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/overlays/overlay_kinds.h"
#include "base/error.h"
#include "base/time.h"
#include "io/sql.h"

namespace app {

struct ActiveOverlay {
  OverlayKind kind = OverlayKind::kNotice;
  boost::json::object data;
  std::string channel_arn;
  base::WallTime started_at{};
  std::optional<base::WallTime> expires_at;  // absent: until it is stopped

  /// {kind, data, startedAt, expiresAt?}
  boost::json::object json() const;
};

base::Expected<void> store_active(io::SqlConnection& sql, const std::string& account,
                                  const ActiveOverlay& active);
base::Expected<void> remove_active(io::SqlConnection& sql, const std::string& account);
/// Of all accounts.
base::Expected<std::vector<std::pair<std::string, ActiveOverlay>>> stored_actives(
    io::SqlConnection& sql);

}  // namespace app
