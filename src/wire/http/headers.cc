#include "wire/http/headers.h"

#include <algorithm>

namespace wire::http {
namespace {

char fold(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

bool ends_a_line(char c) {
  return c == '\r' || c == '\n' || c == '\0';
}

void append_without_line_ends(std::string& out, std::string_view text) {
  const std::size_t start = out.size();
  out += text;
  std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(start), out.end(), ends_a_line, ' ');
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return fold(x) == fold(y); });
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<std::string_view> next_list_element(std::string_view& list) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    const std::string_view element = trim(list.substr(0, comma));
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    if (!element.empty()) return element;
  }
  return std::nullopt;
}

void Headers::add(std::string_view name, std::string_view value) {
  entries_.push_back({static_cast<std::uint32_t>(text_.size()),
                      static_cast<std::uint32_t>(name.size()),
                      static_cast<std::uint32_t>(value.size())});
  append_without_line_ends(text_, name);
  append_without_line_ends(text_, value);
}

void Headers::set(std::string_view name, std::string_view value) {
  remove(name);
  add(name, value);
}

void Headers::remove(std::string_view name) {
  for (std::size_t i = find_from(0, name); i < entries_.size(); i = find_from(i, name)) {
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  const std::size_t index = find_from(0, name);
  if (index == entries_.size()) return std::nullopt;
  return (*this)[index].value;
}

bool Headers::has_token(std::string_view name, std::string_view token) const {
  for (std::size_t i = find_from(0, name); i < entries_.size(); i = find_from(i + 1, name)) {
    std::string_view list = (*this)[i].value;
    while (const auto element = next_list_element(list)) {
      if (equal_ignoring_case(*element, token)) return true;
    }
  }
  return false;
}

Headers::Field Headers::operator[](std::size_t index) const {
  const Entry& entry = entries_[index];
  const std::string_view text(text_);
  return {text.substr(entry.offset, entry.name_size),
          text.substr(entry.offset + entry.name_size, entry.value_size)};
}

void Headers::reserve(std::size_t text, std::size_t fields) {
  text_.reserve(text);
  entries_.reserve(fields);
}

std::size_t Headers::find_from(std::size_t index, std::string_view name) const {
  for (; index < entries_.size(); ++index) {
    if (entries_[index].name_size == name.size() &&
        equal_ignoring_case((*this)[index].name, name)) {
      break;
    }
  }
  return index;
}

}  // namespace wire::http
