// What channels can be about: a list to begin with, and whatever else channels name. Used from
// every thread of the crews.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/core/refusal.h"
#include "base/guarded.h"
#include "base/time.h"
#include "io/sql.h"

namespace app {

class Categories {
 public:
  /// What a channel is about that says nothing.
  static constexpr std::string_view kUsual = "Just Chatting";
  static constexpr std::int64_t kMost = 300;
  static constexpr base::Duration kKeep = std::chrono::seconds(30);

  using Names = std::shared_ptr<const std::vector<std::string>>;
  /// Those to begin with, then the others in the order of their names. Remembered for a while.
  Outcome<Names> names(io::SqlConnection& sql);

 private:
  struct State {
    Names names;
    base::MonotonicTime until{};
  };
  base::Guarded<State> state_;
};

}  // namespace app
