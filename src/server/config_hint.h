// Finds what a person probably meant by a word that names nothing.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace server {

/// Letters to insert, remove or replace to get from `a` to `b`.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate nearest to `word`, or nothing if none is near enough to be meant. Words longer
/// than any setting's name have no neighbour.
std::string_view nearest_name(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace server
