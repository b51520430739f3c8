#include "chat/reactions.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <functional>

#include "base/json_text.h"

namespace chat {
namespace {

std::uint64_t giver_hash(std::string_view user, std::string_view reaction) {
  // No user id holds U+0000, so the two cannot be mixed up.
  std::string name(user);
  name.push_back('\0');
  name.append(reaction);
  return std::hash<std::string>{}(name);
}

}  // namespace

Reactions::Kind* Reactions::find(std::string_view reaction) {
  const auto found = std::ranges::find(kinds_, reaction, &Kind::reaction);
  return found == kinds_.end() ? nullptr : &*found;
}

Reactions::Outcome Reactions::give(std::string_view user, std::string_view reaction) {
  const std::uint64_t giver = giver_hash(user, reaction);
  if (givers_.contains(giver)) return Outcome::kSame;
  Kind* kind = find(reaction);
  if (budget_.left == 0 || (kind == nullptr && kinds_.size() >= kMostKinds)) return Outcome::kFull;
  if (kind == nullptr) kind = &kinds_.emplace_back(Kind{std::string(reaction), 0});
  ++kind->count;
  --budget_.left;
  givers_.insert(giver);
  return Outcome::kChanged;
}

Reactions::Outcome Reactions::take_back(std::string_view user, std::string_view reaction) {
  if (givers_.erase(giver_hash(user, reaction)) == 0) return Outcome::kSame;
  ++budget_.left;
  Kind* kind = find(reaction);
  if (kind != nullptr && --kind->count == 0) {
    std::erase_if(kinds_, [](const Kind& each) { return each.count == 0; });
  }
  return Outcome::kChanged;
}

std::string Reactions::counts_json() const {
  std::string out = "{";
  for (const Kind& kind : kinds_) {
    if (out.size() > 1) out.push_back(',');
    base::append_json_string(out, kind.reaction);
    out.append(":").append(std::to_string(kind.count));
  }
  out.push_back('}');
  return out;
}

bool Reactions::load(std::string_view json) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(json, error);
  if (error || !value.is_object() || value.get_object().size() > kMostKinds) return false;
  std::vector<Kind> kinds;
  for (const auto& [reaction, count] : value.get_object()) {
    if (!count.is_int64() || count.get_int64() <= 0) return false;
    kinds.push_back({std::string(reaction), static_cast<std::uint64_t>(count.get_int64())});
  }
  kinds_ = std::move(kinds);
  return true;
}

}  // namespace chat
