// Notices that are for one account, whomever it follows: reports for those who handle them, a
// broadcast that was refused. Of a channel and a kind there is one: while it is unseen, what comes
// is added to it. Component "app.account_notices"; times are microseconds since 1970.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "io/sql.h"

namespace app {

base::Expected<void> make_account_notice_tables(io::SqlConnection& sql);

/// Somebody reported something of a channel.
inline constexpr std::string_view kReportNotice = "report";
/// A broadcast was ended at its start: as many channels are live as may be.
inline constexpr std::string_view kRefusedNotice = "refused";

struct AccountNotice {
  std::int64_t id = 0;
  std::string account;  // whom it is for
  std::string kind;
  std::string channel;     // its account
  std::int64_t count = 0;  // how often that happened since it was seen
  base::WallTime at{};     // the last time
  bool is_new = false;     // put_account_notice(): not added to one that is unseen
};

/// Of what nobody sees, the oldest go.
base::Expected<AccountNotice> put_account_notice(io::SqlConnection& sql, const std::string& account,
                                                 std::string_view kind, const std::string& channel,
                                                 base::WallTime now);
/// Newest first.
base::Expected<std::vector<AccountNotice>> account_notices(io::SqlConnection& sql,
                                                           const std::string& account);
base::Expected<std::optional<AccountNotice>> find_account_notice(io::SqlConnection& sql,
                                                                 const std::string& account,
                                                                 std::string_view kind,
                                                                 const std::string& channel);
base::Expected<void> drop_account_notice(io::SqlConnection& sql, const std::string& account,
                                         std::string_view kind, const std::string& channel);
base::Expected<std::int64_t> count_account_notices(io::SqlConnection& sql,
                                                   const std::string& account,
                                                   base::WallTime seen_at);
base::Expected<void> forget_account_notices(io::SqlConnection& sql, base::WallTime before);
/// Those for an account that is deleted, and those about its channel.
base::Expected<void> erase_account_notices(io::SqlConnection& sql, const std::string& account);

inline constexpr std::int64_t kMaxAccountNotices = 50;  // of one account

}  // namespace app
