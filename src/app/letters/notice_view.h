// Notices as pages and the feed show them.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <span>

#include "app/core/parts.h"
#include "app/core/refusal.h"
#include "app/letters/account_notices.h"
#include "app/letters/notice_store.h"

namespace app {

/// One object for each start, in their order: {id, kind, channel: Card, at, seen}. Starts of
/// channels that have gone are left out.
Outcome<boost::json::array> show_notices(Parts& parts, io::SqlConnection& sql,
                                         std::span<const LiveStart> starts, base::WallTime seen_at);

/// {id, kind, channel: Card, at, seen, count, url}: likewise.
Outcome<boost::json::array> show_account_notices(Parts& parts, io::SqlConnection& sql,
                                                 std::span<const AccountNotice> notices,
                                                 base::WallTime seen_at);

}  // namespace app
