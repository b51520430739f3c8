#include "control/model.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/check.h"
#include "control/model_tables.h"

namespace control {
namespace {

struct Entry {
  const Operation* operation = nullptr;
  const Service* service = nullptr;
};

const std::vector<Entry>& all_by_name() {
  static const std::vector<Entry> sorted = [] {
    std::vector<Entry> entries;
    for (const Service* service : {&ivs_service(), &rostrum_service()}) {
      for (const Operation& operation : service->operations) {
        entries.push_back({&operation, service});
      }
    }
    std::ranges::sort(entries, {}, [](const Entry& entry) { return entry.operation->name; });
    return entries;
  }();
  return sorted;
}

}  // namespace

const Operation* find_operation(std::string_view name) {
  const auto& all = all_by_name();
  const auto found = std::ranges::lower_bound(
      all, name, {}, [](const Entry& entry) { return entry.operation->name; });
  return found != all.end() && found->operation->name == name ? found->operation : nullptr;
}

const Service& service_of(const Operation& operation) {
  const auto& ours = rostrum_service().operations;
  return &operation >= ours.data() && &operation < ours.data() + ours.size() ? rostrum_service()
                                                                             : ivs_service();
}

std::int64_t service_quota(std::string_view name) {
  const auto found = std::ranges::find(service_quotas(), name, &Quota::name);
  CHECK(found != service_quotas().end());
  return found->value;
}

}  // namespace control
