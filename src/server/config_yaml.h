// Reads a YAML 1.2 file into a plain tree that remembers where everything stood. The only user of
// yaml-cpp. Aliases are refused, and size, depth and node count are bounded, so that a hostile
// file costs no more than its length.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace server {

inline constexpr std::size_t kMaxYamlBytes = 1U << 20;
inline constexpr std::size_t kMaxYamlDepth = 16;
inline constexpr std::size_t kMaxYamlNodes = 100'000;

struct YamlPosition {
  int line = 1;    // from 1
  int column = 1;  // from 1
};

/// A value. A map keeps the order of the file and may hold a key twice: the reader decides.
struct YamlNode {
  enum class Kind { kNothing, kText, kList, kMap };
  Kind kind = Kind::kNothing;
  YamlPosition position{};
  std::string text{};                // of kText
  std::vector<YamlNode> children{};  // of kList and kMap
  std::string key{};                 // in a map: what names this value
  YamlPosition key_position{};
};

/// The one document of `text`; an empty file is kNothing. Errors begin with "line:column: ".
base::Expected<YamlNode> parse_yaml(std::string_view text);

}  // namespace server
