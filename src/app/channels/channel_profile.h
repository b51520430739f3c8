// A person's channel as pages show it, read from the database and remembered for some seconds.
// ProfileMemory is used from every thread of the crews; profiles are immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "app/channels/channels.h"
#include "base/guarded.h"
#include "base/time.h"
#include "io/sql.h"

namespace app {

struct ChannelProfile {
  ChannelRow row;
  // Of its owner:
  std::string name;
  std::string avatar;
  std::string color;
  bool is_active = true;   // not suspended
  std::string avatar_url;  // of an uploaded picture; empty: none
  std::string banner_url;
  std::int64_t followers = 0;
  std::optional<base::WallTime> last_live_at;
};
using ProfilePtr = std::shared_ptr<const ChannelProfile>;  // immutable, crosses threads

/// How a channel is looked for. Names without regard to case.
enum class ProfileKey : std::uint8_t { kAccount, kName, kArn, kRoom };

class ProfileMemory {
 public:
  static constexpr base::Duration kKeep = std::chrono::seconds(5);
  static constexpr std::size_t kMost = 40'000;  // channels

  /// Nothing if there is no such channel, or it has only been begun.
  Outcome<ProfilePtr> find(io::SqlConnection& sql, ProfileKey key, std::string_view value);
  /// After something of it was written: the next one who asks reads.
  void forget(std::string_view account);
  /// Reads many at once, past the memory; those that are not there are left out.
  static Outcome<std::vector<ProfilePtr>> load_by_arn(io::SqlConnection& sql,
                                                      std::vector<std::string> arns);
  /// The same, by account.
  static Outcome<std::vector<ProfilePtr>> load_by_account(io::SqlConnection& sql,
                                                          std::vector<std::string> accounts);

 private:
  struct Kept {
    ProfilePtr profile;
    base::MonotonicTime until{};
  };
  struct State {
    std::unordered_map<std::string, Kept> known;  // by keys of every kind
    std::uint64_t changes = 0;                    // what was read before the last one may be old
  };
  base::Guarded<State> state_;
};

/// The row of an account also while its channel is being made; `resource_name` is what its
/// resources are called.
struct BegunChannel {
  ChannelRow row;
  std::string resource_name;
};
Outcome<std::optional<BegunChannel>> load_begun(io::SqlConnection& sql, std::string_view account);

}  // namespace app
