// What the generated tables offer to model.cc only.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace control {

struct Quota {
  std::string_view name;
  std::int64_t value = 0;
};

std::span<const Quota> service_quotas();

}  // namespace control
