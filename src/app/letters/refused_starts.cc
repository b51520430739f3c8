#include "app/letters/refused_starts.h"

#include <span>
#include <utility>

#include "app/core/call.h"
#include "app/letters/account_notices.h"
#include "app/letters/notifier.h"
#include "base/log.h"
#include "io/loop.h"

namespace app {
namespace {

constexpr std::chrono::minutes kShown{10};

}  // namespace

void note_refused_start(Parts& parts, io::SqlConnection& sql, const std::string& account) {
  AccountNotice notice;
  auto written = write_and_wait(parts.sql, [&](io::SqlConnection& writer) -> Outcome<void> {
    auto put = put_account_notice(writer, account, kRefusedNotice, account, io::Loop::wall_now());
    if (!put) return broken(put.error());
    notice = std::move(*put);
    return {};
  });
  if (!written) {
    base::log_warn("nobody was told why a broadcast ended", {{"reason", written.error().message}});
    return;
  }
  parts.notifier->told(sql, std::span(&notice, 1));
}

void note_admitted_start(Parts& parts, io::SqlConnection& sql, const std::string& account) {
  const auto known = find_account_notice(sql, account, kRefusedNotice, account);
  if (!known || !*known) return;
  auto written = write_and_wait(parts.sql, [&](io::SqlConnection& writer) -> Outcome<void> {
    auto gone = drop_account_notice(writer, account, kRefusedNotice, account);
    if (!gone) return broken(gone.error());
    return {};
  });
  if (!written) {
    base::log_warn("a broadcast is still called refused", {{"reason", written.error().message}});
  }
}

Outcome<std::optional<base::WallTime>> find_refused_start(io::SqlConnection& sql,
                                                          const std::string& account,
                                                          base::WallTime now) {
  const auto known = find_account_notice(sql, account, kRefusedNotice, account);
  if (!known) return broken(known.error());
  if (!*known || now - (*known)->at > kShown) return std::nullopt;
  return (*known)->at;
}

}  // namespace app
