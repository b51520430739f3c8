// Rows of the tables: how a setting's place in its owner is written down.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "server/config_table.h"

namespace server {

// A choice whose enum member is reached by `Access` (a captureless lambda Owner& -> Enum&).
template <class Owner, auto Access>
ChoiceField<Owner> choice(std::span<const std::string_view> names) {
  using Enum = std::remove_reference_t<decltype(Access(std::declval<Owner&>()))>;
  return {names, [](Owner& owner, std::size_t index) { Access(owner) = static_cast<Enum>(index); },
          [](const Owner& owner) {
            Owner copy = owner;
            return static_cast<std::size_t>(Access(copy));
          }};
}

// A pointer to the accessor; the field's own type picks the alternative of the variant.
template <class Owner, class Lambda>
Field<Owner> field(Lambda access) {
  return +access;
}

}  // namespace server
