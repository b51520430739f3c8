// Tells people that a channel they follow went live: in the page, by Web Push, and by a mail
// digest, as each of them chose; and in the page what is for one account alone. Tables: components
// "app.notices", "app.live_rounds", "app.account_notices".
#pragma once

#include <memory>
#include <span>
#include <string>

#include "app/core/call.h"
#include "app/core/parts.h"
#include "app/core/route.h"
#include "app/letters/account_notices.h"

namespace app {

class Notifier {
 public:
  static base::Expected<std::unique_ptr<Notifier>> create(Parts& parts, io::SqlConnection& sql);
  virtual ~Notifier() = default;
  static std::span<const Route> routes();
  virtual void start() = 0;

  /// A channel of `account` went live. From any thread.
  virtual void went_live(const std::string& account) = 0;
  /// What put_account_notice() gave, once that is durable: open pages hear of what is new.
  virtual void told(io::SqlConnection& sql, std::span<const AccountNotice> notices) = 0;
  /// What browsers subscribe with, in base64url; empty: there is no Web Push here.
  virtual const std::string& push_key() const = 0;
};

}  // namespace app
