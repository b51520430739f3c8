#include "wire/aws/xml_reader.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include "base/utf8.h"

namespace wire::aws {
namespace {

using std::string_view;

constexpr std::size_t kMaxName = 128;
constexpr std::size_t kMaxReference = 12;  // "&#x0010FFFF;"
constexpr string_view kSpace = " \t\r\n";

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_of_name(char c) {
  return is_name_start(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

// Production 2 of the specification.
bool is_character(std::uint32_t code) {
  return code == '\t' || code == '\n' || code == '\r' || (code >= 0x20 && code <= 0xd7ff) ||
         (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
}
bool has_control(string_view text) {
  return std::ranges::any_of(text, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && kSpace.find(c) == string_view::npos;
  });
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto octet = [&out](std::uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) {
    octet(code);
  } else if (code < 0x800) {
    octet(0xc0 | code >> 6);
    octet(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    octet(0xe0 | code >> 12);
    octet(0x80 | (code >> 6 & 0x3f));
    octet(0x80 | (code & 0x3f));
  } else {
    octet(0xf0 | code >> 18);
    octet(0x80 | (code >> 12 & 0x3f));
    octet(0x80 | (code >> 6 & 0x3f));
    octet(0x80 | (code & 0x3f));
  }
}

// Section 2.11: CR LF and CR are LF.
void append_lines(std::string& out, string_view raw) {
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\r') {
      out += raw[i];
    } else if (i + 1 == raw.size() || raw[i + 1] != '\n') {
      out += '\n';
    }
  }
}

}  // namespace

XmlReader::XmlReader(string_view document) : rest_(document) {
  (void)take("\xef\xbb\xbf");  // a byte order mark may be there
}

XmlReader::Token XmlReader::broken() {
  is_broken_ = true;
  name_ = {};
  text_.clear();
  return Token::kBroken;
}

XmlReader::Token XmlReader::next() {
  if (is_broken_) return Token::kBroken;
  if (std::exchange(ends_at_once_, false)) {
    open_.pop_back();
    return Token::kEnd;
  }
  while (true) {
    if (open_.empty()) {
      skip_space();
      if (rest_.empty()) return had_root_ ? Token::kDone : broken();
      if (!rest_.starts_with('<')) return broken();
    }
    if (rest_.empty()) return broken();
    if (take("<?")) {
      if (!skip_past("?>")) return broken();
    } else if (take("<!--")) {
      if (!skip_past("-->")) return broken();
    } else if (!open_.empty() && (rest_.starts_with("<![CDATA[") || rest_.front() != '<')) {
      return read_text();
    } else {
      return read_markup();
    }
  }
}

XmlReader::Token XmlReader::read_markup() {
  if (take("</")) return read_end_tag();
  if (rest_.starts_with("<!") || (open_.empty() && had_root_)) return broken();
  return take("<") ? read_start_tag() : broken();
}

XmlReader::Token XmlReader::read_start_tag() {
  const string_view name = take_name();
  if (name.empty() || open_.size() == kMaxDepth) return broken();
  while (true) {
    const std::size_t before = rest_.size();
    skip_space();
    if (take("/>")) {
      ends_at_once_ = true;
      break;
    }
    if (take(">")) break;
    if (rest_.size() == before || !read_attribute()) return broken();
  }
  had_root_ = true;
  open_.push_back(name);
  name_ = name.substr(name.find(':') + 1);
  return Token::kStart;
}

XmlReader::Token XmlReader::read_end_tag() {
  const string_view name = take_name();
  skip_space();
  if (open_.empty() || name != open_.back() || !take(">")) return broken();
  open_.pop_back();
  name_ = name.substr(name.find(':') + 1);
  return Token::kEnd;
}

// Up to the next tag, comment or instruction.
XmlReader::Token XmlReader::read_text() {
  text_.clear();
  while (!rest_.empty()) {
    if (take("<![CDATA[")) {
      const std::size_t end = rest_.find("]]>");
      if (end == string_view::npos) return broken();
      append_lines(text_, rest_.substr(0, end));
      rest_.remove_prefix(end + 3);
      continue;
    }
    if (rest_.front() == '<') break;
    if (rest_.front() == '&') {
      if (!append_reference()) return broken();
      continue;
    }
    const std::size_t end = std::min(rest_.find_first_of("<&"), rest_.size());
    const string_view raw = rest_.substr(0, end);
    if (raw.find("]]>") != string_view::npos) return broken();
    append_lines(text_, raw);
    rest_.remove_prefix(end);
  }
  if (!base::is_utf8(text_) || has_control(text_)) return broken();
  return Token::kText;
}

// A name and a value in quotes, neither of which matters.
bool XmlReader::read_attribute() {
  if (take_name().empty()) return false;
  skip_space();
  if (!take("=")) return false;
  skip_space();
  if (rest_.empty() || (rest_.front() != '"' && rest_.front() != '\'')) return false;
  const std::size_t end = rest_.find(rest_.front(), 1);
  if (end == string_view::npos || rest_.substr(0, end).find('<') != string_view::npos) return false;
  rest_.remove_prefix(end + 1);
  return true;
}

bool XmlReader::append_reference() {
  const std::size_t end = rest_.substr(0, kMaxReference).find(';');
  if (end == string_view::npos) return false;
  string_view what = rest_.substr(1, end - 1);
  rest_.remove_prefix(end + 1);
  static constexpr struct {
    string_view name;
    char stands_for;
  } kEntities[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
  for (const auto& entity : kEntities) {
    if (what != entity.name) continue;
    text_ += entity.stands_for;
    return true;
  }
  if (!what.starts_with('#')) return false;
  what.remove_prefix(1);
  const bool is_hexadecimal = what.starts_with('x');
  if (is_hexadecimal) what.remove_prefix(1);
  std::uint32_t code = 0;
  const char* const last = what.data() + what.size();
  const auto [read_to, error] = std::from_chars(what.data(), last, code, is_hexadecimal ? 16 : 10);
  if (error != std::errc() || read_to != last || !is_character(code)) return false;
  append_utf8(text_, code);
  return true;
}

bool XmlReader::skip_past(string_view end) {
  const std::size_t place = rest_.find(end);
  if (place == string_view::npos) return false;
  rest_.remove_prefix(place + end.size());
  return true;
}

void XmlReader::skip_space() {
  rest_.remove_prefix(std::min(rest_.find_first_not_of(kSpace), rest_.size()));
}

bool XmlReader::take(string_view literal) {
  if (!rest_.starts_with(literal)) return false;
  rest_.remove_prefix(literal.size());
  return true;
}

string_view XmlReader::take_name() {
  if (rest_.empty() || !is_name_start(rest_.front())) return {};
  const auto end = std::ranges::find_if_not(rest_, is_of_name);
  const auto size = static_cast<std::size_t>(end - rest_.begin());
  if (size > kMaxName) return {};
  const string_view name = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return name;
}

}  // namespace wire::aws
