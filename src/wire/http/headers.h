// The header fields of one HTTP message (RFC 9110 section 5): in order, repeated names allowed,
// names compared without regard to case. Two allocations however many fields there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wire::http {

/// Equal when ASCII letters are folded.
bool equal_ignoring_case(std::string_view a, std::string_view b);
/// Without spaces and tabs at either end.
std::string_view trim(std::string_view text);
/// Takes the next element off the front of a comma-separated list, trimmed; empty elements are
/// skipped. Nothing when the list is used up.
std::optional<std::string_view> next_list_element(std::string_view& list);

class Headers {
 public:
  /// Views into the Headers; valid until it changes.
  struct Field {
    std::string_view name;
    std::string_view value;
  };

  /// Appends a field. Octets that could end a line (CR, LF, NUL) become spaces, so that a value
  /// taken from outside cannot add a field of its own.
  void add(std::string_view name, std::string_view value);
  /// Puts this field in the place of all that have its name.
  void set(std::string_view name, std::string_view value);
  void remove(std::string_view name);

  /// The first value of that name.
  std::optional<std::string_view> find(std::string_view name) const;
  /// The first value of that name, or "".
  std::string_view get(std::string_view name) const { return find(name).value_or(""); }
  bool has(std::string_view name) const { return find(name).has_value(); }
  /// True if a field of that name lists `token` (RFC 9110 section 5.6.1), ignoring case.
  bool has_token(std::string_view name, std::string_view token) const;

  std::size_t size() const { return entries_.size(); }
  Field operator[](std::size_t index) const;
  /// Octets of all names and values.
  std::size_t text_size() const { return text_.size(); }
  void reserve(std::size_t text, std::size_t fields);

 private:
  struct Entry {
    std::uint32_t offset;
    std::uint32_t name_size;
    std::uint32_t value_size;
  };
  std::size_t find_from(std::size_t index, std::string_view name) const;

  std::string text_;
  std::vector<Entry> entries_;
};

}  // namespace wire::http
