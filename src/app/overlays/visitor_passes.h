// Who votes without an account: signed tokens that stand for one visitor of one channel, and how
// many one address may have. Safe from every thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/address_limiter.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/guarded.h"
#include "base/time.h"

namespace app {

class VisitorPasses {
 public:
  /// The key is kept in `data_dir`, for its owner alone, and made if it is not there; without a
  /// folder it lasts as long as this.
  static base::Expected<VisitorPasses> create(const std::string& data_dir);

  /// A new visitor's token. Nothing if the address has had too many.
  std::optional<std::string> issue(std::string_view channel, std::string_view address,
                                   base::WallTime now, base::MonotonicTime at);
  /// The visitor whom a token of that channel names; nothing if it is none, or too old.
  std::optional<std::string> read(std::string_view token, std::string_view channel,
                                  base::WallTime now) const;

  /// New visitors of one address: at once, and for each second.
  static constexpr double kBurst = 50;
  static constexpr double kPerSecond = 0.2;
  static constexpr std::chrono::hours kLifetime{24 * 30};

 private:
  explicit VisitorPasses(base::Bytes key);
  base::Bytes key_;
  std::unique_ptr<base::Guarded<AddressLimiter>> limiter_;
};

}  // namespace app
