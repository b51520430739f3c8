#include "control/model.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/check.h"
#include "control/model_tables.h"

namespace control {
namespace {

struct Entry {
  const Operation* operation = nullptr;
  std::size_t order = 0;
};

const std::vector<Entry>& all_by_name() {
  static const std::vector<Entry> sorted = [] {
    std::vector<Entry> entries;
    for (const Service* service : all_services()) {
      for (const Operation& operation : service->operations) {
        entries.push_back({&operation, entries.size()});
      }
    }
    // Of several with one name, the first service's comes first.
    std::ranges::sort(entries, {}, [](const Entry& entry) {
      return std::pair(entry.operation->name, entry.order);
    });
    return entries;
  }();
  return sorted;
}

}  // namespace

std::span<const Service* const> all_services() {
  static const std::array<const Service*, 3> all = {&ivs_service(), &ivschat_service(),
                                                    &rostrum_service()};
  return all;
}

const Operation* find_operation(std::string_view name) {
  const auto& all = all_by_name();
  const auto found = std::ranges::lower_bound(
      all, name, {}, [](const Entry& entry) { return entry.operation->name; });
  return found != all.end() && found->operation->name == name ? found->operation : nullptr;
}

const Operation* find_operation(const Service& service, std::string_view name) {
  const auto found = std::ranges::find(service.operations, name, &Operation::name);
  return found != service.operations.end() ? &*found : nullptr;
}

const Service& service_of(const Operation& operation) {
  for (const Service* service : all_services()) {
    const auto& list = service->operations;
    if (&operation >= list.data() && &operation < list.data() + list.size()) return *service;
  }
  CHECK(false);
}

std::int64_t service_quota(std::string_view name) {
  const auto found = std::ranges::find(service_quotas(), name, &Quota::name);
  CHECK(found != service_quotas().end());
  return found->value;
}

}  // namespace control
