#include "live/playback_viewers.h"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

namespace live {
namespace {

bool is_in_sample(std::uint64_t hash, unsigned coarseness) {
  return (hash & ((std::uint64_t{1} << coarseness) - 1)) == 0;
}

// Shares `viewers` among countries as the sample has them; what rounding leaves over goes to those
// that lost most by it.
std::vector<std::pair<CountryCode, std::uint32_t>> shares(
    const std::map<CountryCode, std::size_t>& sampled, std::size_t sample_size,
    std::uint32_t viewers) {
  std::vector<std::pair<CountryCode, std::uint32_t>> shared;
  std::vector<std::pair<std::uint64_t, std::size_t>> lost;  // remainder, index
  std::uint32_t left = viewers;
  for (const auto& [country, count] : sampled) {
    const std::uint64_t scaled = std::uint64_t{count} * viewers;
    const auto whole = static_cast<std::uint32_t>(scaled / sample_size);
    lost.emplace_back(scaled % sample_size, shared.size());
    shared.emplace_back(country, whole);
    left -= whole;
  }
  std::ranges::sort(lost, std::greater{});
  for (std::size_t i = 0; left > 0; ++i, --left) ++shared[lost[i].second].second;
  std::erase_if(shared, [](const auto& entry) { return entry.second == 0; });
  return shared;
}

}  // namespace

std::uint64_t viewer_hash(std::string_view session, std::string_view remote_address,
                          std::string_view user_agent) {
  const std::hash<std::string_view> hash;
  if (session != ViewGrant::kOpenSession) return hash(session);
  // Mixed so that neither part can undo the other.
  return (hash(remote_address) * 0x9E37'79B9'7F4A'7C15u) ^ hash(user_agent);
}

ViewerCount merge(std::vector<ViewerSample> samples) {
  std::size_t total = 0;
  unsigned coarseness = 0;
  for (const ViewerSample& sample : samples) {
    total += sample.total;
    coarseness = std::max(coarseness, sample.coarseness);
  }
  std::vector<ViewerSample::Viewer> told;
  for (const ViewerSample& sample : samples) {
    std::ranges::copy_if(sample.viewers, std::back_inserter(told),
                         [&](const auto& viewer) { return is_in_sample(viewer.hash, coarseness); });
  }
  const auto everybody = static_cast<std::uint32_t>(total);
  if (everybody == 0) return {};
  if (told.empty()) return {everybody, {{CountryCode{}, everybody}}};
  const std::size_t told_size = told.size();
  std::ranges::sort(told, {}, &ViewerSample::Viewer::hash);
  const auto twice = std::ranges::unique(told, {}, &ViewerSample::Viewer::hash);
  told.erase(twice.begin(), twice.end());

  ViewerCount count;
  count.viewers =
      static_cast<std::uint32_t>(coarseness == 0 ? told.size() : total * told.size() / told_size);
  std::map<CountryCode, std::size_t> countries;
  for (const ViewerSample::Viewer& viewer : told) ++countries[viewer.country];
  count.by_country = shares(countries, told.size(), count.viewers);
  return count;
}

void ViewerTable::seen(std::uint64_t viewer, base::MonotonicTime now,
                       std::string_view remote_address, ViewAdmission& admission) {
  if (const auto found = viewers_.find(viewer); found != viewers_.end()) {
    found->second.last_seen = now;
    return;
  }
  if (viewers_.size() >= kMost || budget_.used >= ViewerBudget::kMost) return;
  viewers_.emplace(viewer, Entry{now, admission.country_of(remote_address)});
  ++budget_.used;
}

void ViewerTable::forget_gone(base::MonotonicTime now) {
  budget_.used -= std::erase_if(
      viewers_, [&](const auto& entry) { return now - entry.second.last_seen > kKept; });
}

ViewerSample ViewerTable::sample(base::MonotonicTime now) const {
  ViewerSample sample;
  while (viewers_.size() >> sample.coarseness > kSampled) ++sample.coarseness;
  sample.viewers.reserve(std::min(viewers_.size(), kSampled * 2));
  for (const auto& [hash, entry] : viewers_) {
    if (now - entry.last_seen > kKept) continue;
    ++sample.total;
    if (is_in_sample(hash, sample.coarseness)) sample.viewers.push_back({hash, entry.country});
  }
  return sample;
}

}  // namespace live
