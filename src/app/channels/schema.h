// The tables of channels: app_channels (one row for each account that has one), app_follows (who
// follows whom, since when), app_channel_words (what channels are found by), app_assets (pictures).
// Components "app.channels" and "app.assets". Times are microseconds since 1970.
#pragma once

#include "base/error.h"
#include "base/time.h"
#include "io/sql.h"

namespace app {

base::Expected<void> make_channel_tables(io::SqlConnection& sql);
base::Expected<void> make_asset_tables(io::SqlConnection& sql);

inline std::int64_t column_of(base::WallTime time) {
  return time.time_since_epoch().count();
}
inline base::WallTime time_in(std::int64_t column) {
  return base::WallTime(std::chrono::microseconds(column));
}

}  // namespace app
