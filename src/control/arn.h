// Amazon resource names: arn:aws:<service>:<region>:<account>:<type>/<id>.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace control {

/// Views into the text.
struct Arn {
  std::string_view service;
  std::string_view region;
  std::string_view account;
  std::string_view type;
  std::string_view id;
};

/// Nothing unless all six parts are there; says nothing about whether the resource exists.
std::optional<Arn> parse_arn(std::string_view text);

/// Whose names we give.
struct Home {
  std::string region;
  std::string account;
};

std::string make_arn(const Home& home, std::string_view type, std::string_view id);

/// The id, if `arn` names a resource of `type` that could be ours; "" otherwise. The id may still
/// name nothing.
std::string_view own_id(const Home& home, std::string_view type, std::string_view arn);

/// Whether `pattern`, in which `*` stands for any text, covers the whole of `text`.
bool matches_wildcard(std::string_view pattern, std::string_view text);

}  // namespace control
