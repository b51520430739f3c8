#include "chat/filter/links.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "chat/code_points.h"
#include "chat/filter/fold.h"

namespace chat {
namespace {

using Text = std::u32string_view;

// Domains that are no words, in no language that is much written. Sorted.
constexpr std::array<Text, 45> kStrong{
    U"ai", U"app", U"biz", U"br",  U"ca", U"ch",    U"cl",  U"cn",  U"com",  U"cz", U"de", U"dev",
    U"dk", U"edu", U"fi",  U"fr",  U"gl", U"gov",   U"gr",  U"hu",  U"info", U"io", U"ir", U"jp",
    U"kr", U"ly",  U"mx",  U"net", U"nl", U"onion", U"org", U"pl",  U"pt",   U"ro", U"ru", U"sk",
    U"tk", U"tr",  U"tv",  U"tw",  U"ua", U"uk",    U"vn",  U"xyz", U"рф"};
// Below these any domain of two letters is meant: example.co.nz. Sorted.
constexpr std::array<Text, 6> kSecond{U"ac", U"co", U"com", U"gov", U"net", U"org"};
// Domains that are words too; those of two letters need not be here. Sorted.
constexpr std::array<Text, 48> kWeak{
    U"agency",   U"art",    U"bar",    U"best",  U"bet",    U"blog", U"cam",    U"casino",
    U"chat",     U"click",  U"cloud",  U"club",  U"codes",  U"day",  U"design", U"digital",
    U"download", U"email",  U"fans",   U"fun",   U"games",  U"gay",  U"group",  U"icu",
    U"life",     U"link",   U"live",   U"lol",   U"media",  U"mobi", U"money",  U"network",
    U"news",     U"one",    U"online", U"page",  U"porn",   U"pro",  U"sexy",   U"shop",
    U"site",     U"social", U"space",  U"store", U"stream", U"tech", U"top",    U"website"};

template <std::size_t kSize>
bool is_one_of(const std::array<Text, kSize>& sorted, Text word) {
  return std::ranges::binary_search(sorted, word);
}

bool is_digit(char32_t c) {
  return c >= U'0' && c <= U'9';
}
bool is_upper(char32_t c) {
  return c >= U'A' && c <= U'Z';
}
bool is_ascii_letter(char32_t c) {
  return is_upper(c) || (c >= U'a' && c <= U'z');
}
bool is_space(char32_t c) {
  return c <= U' ';
}
/// Part of the name of a host, beside dots.
bool is_in_label(char32_t c) {
  return c == U'-' || fold(c).kind == LetterKind::kLetter || fold(c).kind == LetterKind::kAlone;
}
std::u32string lower(Text text) {
  std::u32string out(text);
  for (char32_t& c : out) c = is_upper(c) ? c + 32 : c;
  return out;
}
bool is_dot(char32_t c) {
  return c == U'.' || c == 0x2024 || c == 0x3002 || c == 0xfe52 || c == 0xff0e || c == 0xff61;
}

/// What is seen: nothing hidden, dots as '.', letters in other dress as ASCII.
void make_plain(std::string_view text, std::u32string& out) {
  out.clear();
  while (!text.empty()) {
    const char32_t c = take_code_point(text);
    if (c < 0x80) {
      out.push_back(c);
      continue;
    }
    const Folded folded = fold(c);
    if (folded.kind == LetterKind::kHidden) continue;
    if (is_dot(c)) {
      out.push_back(U'.');
    } else if (folded.first < 0x80) {
      out.push_back(folded.first);
      if (folded.second != 0) out.push_back(folded.second);
    } else {
      out.push_back(c);
    }
  }
}

/// The length of "[.]", "(dot)" and the like at `at`, with the spaces behind it; 0: none.
std::size_t bracketed_dot(Text text, std::size_t at) {
  constexpr Text kOpen = U"([{";
  constexpr Text kClose = U")]}";
  const std::size_t kind = kOpen.find(text[at]);
  if (kind == Text::npos) return 0;
  const Text rest = text.substr(at + 1, 6);
  const std::size_t close = rest.find(kClose[kind]);
  if (close == Text::npos) return 0;
  std::u32string inside = lower(rest.substr(0, close));
  std::erase_if(inside, is_space);
  if (inside != U"." && inside != U"dot") return 0;
  std::size_t end = at + 1 + close + 1;
  while (end < text.size() && is_space(text[end])) ++end;
  return end - at;
}

std::u32string with_bracketed_dots(Text text) {
  std::u32string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = bracketed_dot(text, i);
    if (length == 0) {
      out.push_back(text[i++]);
      continue;
    }
    while (!out.empty() && is_space(out.back())) out.pop_back();
    out.push_back(U'.');
    i += length;
  }
  return out;
}

/// "scheme://x" with the colon at `colon`.
bool is_scheme(Text text, std::size_t colon) {
  if (colon == 0 || !is_ascii_letter(text[colon - 1])) return false;
  return text.substr(colon, 3) == U"://" && colon + 3 < text.size() && !is_space(text[colon + 3]);
}

/// Takes the last label off `host`.
Text take_last_label(Text& host) {
  const std::size_t dot = host.rfind(U'.');
  const Text label = dot == Text::npos ? host : host.substr(dot + 1);
  host = dot == Text::npos ? Text() : host.substr(0, dot);
  return label;
}

bool is_ipv4(Text host) {
  std::size_t labels = 0;
  while (!host.empty()) {
    const Text label = take_last_label(host);
    if (label.empty() || label.size() > 3 || !std::ranges::all_of(label, is_digit)) return false;
    ++labels;
  }
  return labels == 4;
}

/// Ends like a domain: one case, or the start of a sentence ("hello.World").
bool is_in_one_case(Text label) {
  return label.size() < 2 || is_upper(label[0]) == is_upper(label[1]);
}

/// `host` is labels with dots between them; `behind` what follows.
bool is_address(Text host, Text behind) {
  while (host.ends_with(U'-')) {
    host.remove_suffix(1);
    behind = {};
  }
  if (!host.contains(U'.')) return false;
  const bool goes_on = behind.size() >= 2 && !is_space(behind[1]) &&
                       (behind[0] == U'/' || (behind[0] == U':' && is_digit(behind[1])));
  if (is_ipv4(host)) return goes_on;
  Text rest = host;
  const Text last = take_last_label(rest);
  const Text before = take_last_label(rest);
  const std::u32string domain = lower(last);
  if (lower(host).starts_with(U"www.")) return true;
  const bool is_two_letters = domain.size() == 2 && std::ranges::all_of(domain, is_ascii_letter);
  if (goes_on) {
    return is_two_letters || is_one_of(kStrong, domain) || is_one_of(kWeak, domain) ||
           domain.starts_with(U"xn--");
  }
  if (!is_in_one_case(last)) return false;
  return is_one_of(kStrong, domain) || domain.starts_with(U"xn--") ||
         (is_two_letters && !rest.empty() && is_one_of(kSecond, lower(before)));
}

/// `run` is a longest run of labels and dots. Of several dots none is part of a name:
/// "wait...example.com".
bool has_address_in(Text run, Text behind) {
  for (std::size_t begin = 0; begin < run.size();) {
    const std::size_t end = std::min(run.find(U"..", begin), run.size());
    Text host = run.substr(begin, end - begin);
    bool is_last = end == run.size();
    if (host.starts_with(U'.')) host.remove_prefix(1);
    if (host.ends_with(U'.')) {  // of the sentence
      host.remove_suffix(1);
      is_last = false;
    }
    if (is_address(host, is_last ? behind : Text())) return true;
    begin = end == run.size() ? end : end + 2;
  }
  return false;
}

bool has_address(Text text) {
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == U':' && is_scheme(text, i)) return true;
    if (text[i] != U'.' && !is_in_label(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    bool has_dot = false;
    for (; end < text.size() && (text[end] == U'.' || is_in_label(text[end])); ++end) {
      has_dot |= text[end] == U'.';
    }
    if (has_dot && has_address_in(text.substr(i, end - i), text.substr(end))) return true;
    i = end;
  }
  return false;
}

}  // namespace

bool LinkFinder::match(std::string_view text) {
  // Most messages have nothing of this.
  const auto may_matter = [](char c) {
    return c == '.' || c == ':' || c == '(' || c == '[' || c == '{' ||
           static_cast<std::uint8_t>(c) >= 0x80;
  };
  if (std::ranges::none_of(text, may_matter)) return false;
  make_plain(text, plain_);
  if (has_address(plain_)) return true;
  return plain_.find_first_of(U"([{") != Text::npos && has_address(with_bracketed_dots(plain_));
}

}  // namespace chat
