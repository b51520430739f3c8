#include "app/core/router.h"

#include <algorithm>

#include "base/check.h"

namespace app {
namespace {

using wire::http::Method;

constexpr std::size_t kMaxCapture = 200;

// The next segment of a path, without its slash; nothing behind the last.
std::optional<std::string_view> take_segment(std::string_view& path) {
  if (path.empty() || path.front() != '/') return std::nullopt;
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

}  // namespace

void Router::add(std::span<const Route> routes) {
  for (const Route& route : routes) {
    std::size_t at = 0;
    std::string_view rest = route.path;
    while (const auto segment = take_segment(rest)) {
      std::size_t next = 0;
      if (segment->starts_with('{')) {
        const std::string_view name = segment->substr(1, segment->size() - 2);
        if (nodes_[at].variable == 0) {
          nodes_.push_back({});
          nodes_[at].variable = nodes_.size() - 1;
          nodes_[at].name = name;
        }
        CHECK(nodes_[at].name == name && "the same place has one name");
        next = nodes_[at].variable;
      } else {
        const auto known = nodes_[at].fixed.find(*segment);
        if (known != nodes_[at].fixed.end()) {
          next = known->second;
        } else {
          nodes_.push_back({});
          next = nodes_.size() - 1;
          nodes_[at].fixed.emplace(*segment, next);
        }
      }
      at = next;
    }
    for (const Route* other : nodes_[at].here) CHECK(other->method != route.method);
    nodes_[at].here.push_back(&route);
    routes_.push_back(&route);
  }
}

const Router::Node* Router::walk(
    std::string_view path, std::vector<std::pair<std::string_view, std::string>>* captures) const {
  const Node* node = nodes_.data();
  while (const auto segment = take_segment(path)) {
    const auto fixed = node->fixed.find(*segment);
    if (fixed != node->fixed.end()) {
      node = &nodes_[fixed->second];
      continue;
    }
    if (node->variable == 0 || segment->empty() || segment->size() > kMaxCapture) return nullptr;
    if (captures != nullptr) captures->emplace_back(node->name, *segment);
    node = &nodes_[node->variable];
  }
  return node->here.empty() ? nullptr : node;
}

std::optional<Router::Match> Router::find(Method method, std::string_view path) const {
  Match match;
  const Node* node = walk(path, &match.captures);
  if (node == nullptr) return std::nullopt;
  if (method == Method::kHead) method = Method::kGet;
  const auto found = std::ranges::find(node->here, method, &Route::method);
  if (found == node->here.end()) return std::nullopt;
  match.route = *found;
  return match;
}

bool Router::knows_path(std::string_view path) const {
  return walk(path, nullptr) != nullptr;
}

}  // namespace app
