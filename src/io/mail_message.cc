#include "io/mail_message.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "base/base64.h"
#include "base/utf8.h"

namespace io {
namespace {

constexpr std::size_t kLongestLine = 76;
// As many octets as give an encoded word that fits into a line behind "Subject: ".
constexpr std::size_t kWordOctets = 39;

bool is_control(char c) {
  return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
}
bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}
bool is_letter_or_digit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

std::string without_controls(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(out, is_control, ' ');
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// dot-atom "@" domain (RFC 5321 section 4.1.2), without quoted forms.
bool is_address(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > 254) return false;
  const std::string_view local = text.substr(0, at);
  const std::string_view domain = text.substr(at + 1);
  const bool good_local = std::ranges::all_of(local, [](char c) {
    return is_letter_or_digit(c) ||
           std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
  });
  const bool good_domain = std::ranges::all_of(
      domain, [](char c) { return is_letter_or_digit(c) || c == '-' || c == '.'; });
  const auto good_dots = [](std::string_view part) {
    return !part.empty() && part.front() != '.' && part.back() != '.' &&
           part.find("..") == std::string_view::npos;
  };
  return good_local && good_domain && good_dots(local) && good_dots(domain);
}

// "Name <address>" taken apart.
struct Mailbox {
  std::string name;
  std::string address;
};
base::Expected<Mailbox> parse_mailbox(std::string_view text) {
  if (std::ranges::any_of(text, is_control)) {
    return base::fail(base::ErrorCode::kInvalid, "a mail address stands in one line");
  }
  Mailbox mailbox;
  const std::size_t open = text.rfind('<');
  if (open == std::string_view::npos) {
    mailbox.address = trimmed(text);
  } else {
    const std::string_view rest = text.substr(open + 1);
    const std::size_t close = rest.find('>');
    if (close == std::string_view::npos || !trimmed(rest.substr(close + 1)).empty()) {
      return base::fail(base::ErrorCode::kInvalid, "a mail address is not closed by '>'");
    }
    mailbox.address = rest.substr(0, close);
    std::string_view name = trimmed(text.substr(0, open));
    if (name.size() >= 2 && name.front() == '"' && name.back() == '"') {
      name = name.substr(1, name.size() - 2);
    }
    mailbox.name = name;
  }
  if (!is_address(mailbox.address)) {
    return base::fail(base::ErrorCode::kInvalid, "that is no mail address");
  }
  return mailbox;
}

std::string encoded_words(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t take = 0;
    while (take < text.size()) {
      const std::size_t next = std::max<std::size_t>(1, base::utf8_length(text.substr(take)));
      if (take + next > kWordOctets) break;
      take += next;
    }
    if (!out.empty()) out += "\r\n ";
    out += "=?UTF-8?B?" + base::to_base64(base::as_bytes(text.substr(0, take))) + "?=";
    text.remove_prefix(take);
  }
  return out;
}

// phrase of a mailbox (RFC 5322 section 3.4), or encoded words.
std::string encode_phrase(std::string_view name) {
  const bool plain = std::ranges::all_of(
      name, [](char c) { return is_letter_or_digit(c) || c == ' ' || c == '-' || c == '_'; });
  if (!is_ascii(name) || name.size() > 60) return encoded_words(name);
  if (plain) return std::string(name);
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string id_of(const Mail& mail) {
  std::string out;
  for (const char c : mail.id) {
    if (is_letter_or_digit(c) || c == '-' || c == '.' || c == '_') out += c;
  }
  return out;
}

bool is_plain_url(std::string_view url) {
  return std::ranges::all_of(url,
                             [](char c) { return c > ' ' && c < '\x7f' && c != '<' && c != '>'; });
}

}  // namespace

base::Expected<std::string> mail_address(std::string_view text) {
  auto mailbox = parse_mailbox(text);
  if (!mailbox) return base::fail(std::move(mailbox.error()));
  return std::move(mailbox->address);
}

std::string encode_header_text(std::string_view given) {
  const std::string clean = without_controls(given);
  const std::string_view text = trimmed(clean);
  if (is_ascii(text) && text.size() <= 66 && text.find("=?") == std::string_view::npos) {
    return std::string(text);
  }
  return encoded_words(text);
}

std::string encode_quoted_printable(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  std::size_t column = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    if (c == '\n') {
      out += "\r\n";
      column = 0;
      continue;
    }
    const bool ends_line = i + 1 == text.size() || text[i + 1] == '\n' || text[i + 1] == '\r';
    const bool is_space = c == ' ' || c == '\t';
    const bool plain = (c > ' ' && c < '\x7f' && c != '=') || (is_space && !ends_line);
    const std::size_t width = plain ? 1 : 3;
    // Room for the '=' of a soft break stays.
    if (column + width > kLongestLine - 1) {
      out += "=\r\n";
      column = 0;
    }
    if (plain) {
      out += c;
    } else {
      const auto octet = static_cast<unsigned char>(c);
      out += '=';
      out += kDigits[octet >> 4];
      out += kDigits[octet & 15];
    }
    column += width;
  }
  if (column > 0) out += "\r\n";
  return out;
}

std::string mail_date(base::WallTime time) {
  using namespace std::chrono;
  constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(floor<seconds>(time - day));
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000", kDays[weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()),
                     kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

base::Expected<std::string> write_mail(const Mail& mail) {
  const auto from = parse_mailbox(mail.from);
  if (!from) return base::fail(base::Error(from.error()).with_context("the sender"));
  const auto to = mail_address(mail.to);
  if (!to) return base::fail(base::Error(to.error()).with_context("the receiver"));
  const std::string domain = from->address.substr(from->address.find('@') + 1);
  std::string out = "Date: " + mail_date(mail.date) + "\r\n";
  out += "From: ";
  if (!from->name.empty()) out += encode_phrase(from->name) + " ";
  out += "<" + from->address + ">\r\n";
  out += "To: <" + *to + ">\r\n";
  out += "Subject: " + encode_header_text(mail.subject) + "\r\n";
  out += "Message-ID: <" + id_of(mail) + "@" + domain + ">\r\n";
  // Nobody's answering machine need reply (RFC 3834).
  out += "Auto-Submitted: auto-generated\r\n";
  if (!mail.unsubscribe_url.empty() && is_plain_url(mail.unsubscribe_url)) {
    out += "List-Unsubscribe: <" + mail.unsubscribe_url + ">\r\n";
    out += "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
  }
  out += "MIME-Version: 1.0\r\n";
  out += "Content-Type: text/plain; charset=utf-8\r\n";
  out += "Content-Transfer-Encoding: quoted-printable\r\n\r\n";
  return out + encode_quoted_printable(mail.text);
}

}  // namespace io
