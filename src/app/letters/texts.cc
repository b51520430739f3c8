#include "app/letters/texts.h"

#include <fmt/format.h>

#include "wire/http/url.h"

namespace app {
namespace {

bool is_german(const LetterFor& whom) {
  return whom.language == "de" || whom.language.starts_with("de-");
}

// What somebody else wrote, in one line: it must not look like lines of ours.
std::string in_one_line(std::string_view text) {
  std::string out;
  bool is_space = true;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f') {
      if (!is_space) out += ' ';
      is_space = true;
    } else {
      out += c;
      is_space = false;
    }
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

std::string link(const LetterFor& whom, std::string_view page, std::string_view code = {}) {
  std::string out = whom.site_url;
  out += page;
  if (!code.empty()) {
    out += "?code=";
    out += wire::http::percent_encode(code);
  }
  return out;
}

std::string greeting(const LetterFor& whom) {
  const std::string name = in_one_line(whom.name);
  if (is_german(whom)) return name.empty() ? "Hallo,\n\n" : fmt::format("Hallo {},\n\n", name);
  return name.empty() ? "Hello,\n\n" : fmt::format("Hello {},\n\n", name);
}

// The two forms of one letter.
struct Words {
  std::string_view subject;  // {0}: the brand
  std::string_view before;   // {0}: the brand
  std::string_view after;
};

Letter compose(const LetterFor& whom, std::string_view kind, const Words& english,
               const Words& german, const std::string& address) {
  const Words& words = is_german(whom) ? german : english;
  const std::string brand = in_one_line(whom.brand);
  Letter letter;
  letter.to = whom.to;
  letter.kind = kind;
  letter.subject = fmt::format(fmt::runtime(words.subject), brand);
  letter.text = greeting(whom) + fmt::format(fmt::runtime(words.before), brand) + "\n";
  if (!address.empty()) letter.text += "\n" + address + "\n";
  if (!words.after.empty()) {
    letter.text += "\n" + fmt::format(fmt::runtime(words.after), brand) + "\n";
  }
  letter.text += fmt::format("\n{}\n{}\n", brand, whom.site_url);
  return letter;
}

}  // namespace

Letter verify_letter(const LetterFor& whom, std::string_view code) {
  return compose(
      whom, "verify",
      {"Confirm your address for {0}",
       "thank you for joining {0}. This link confirms that the address is yours:",
       "It works for a day. If you did not make an account, do nothing: without the "
       "link\nthe account is removed."},
      {"Bestätige deine Adresse für {0}",
       "schön, dass du bei {0} bist. Dieser Link bestätigt, dass die Adresse dir gehört:",
       "Er gilt einen Tag. Wenn du kein Konto angelegt hast, brauchst du nichts zu tun:\n"
       "Ohne den Link wird das Konto entfernt."},
      link(whom, "/verify", code));
}

Letter reset_letter(const LetterFor& whom, std::string_view code) {
  return compose(
      whom, "reset",
      {"Choose a new password for {0}",
       "somebody, most likely you, asked for a new password. Choose it here:",
       "The link works once and for a short time. If you did not ask for it, do "
       "nothing:\nyour password stays as it is."},
      {"Neues Passwort für {0}",
       "jemand, wahrscheinlich du, hat ein neues Passwort angefordert. Hier wählst du es:",
       "Der Link gilt einmal und nur kurze Zeit. Wenn das nicht von dir kam, brauchst du\n"
       "nichts zu tun: Dein Passwort bleibt, wie es ist."},
      link(whom, "/reset", code));
}

Letter welcome_letter(const LetterFor& whom, std::string_view code) {
  return compose(
      whom, "welcome",
      {"Your account on {0}", "you have an account on {0} now. Choose a password to begin:",
       "If the link does not work any more, ask for another one by \"Forgot "
       "password\"."},
      {"Dein Konto bei {0}",
       "du hast jetzt ein Konto bei {0}. Wähle ein Passwort, dann kann es losgehen:",
       "Wenn der Link nicht mehr geht, bekommst du über „Passwort vergessen“ einen neuen."},
      link(whom, "/reset", code));
}

Letter address_change_letter(const LetterFor& whom, std::string_view code) {
  return compose(whom, "address",
                 {"Confirm your new address for {0}",
                  "this address is to become the one of your account on {0}. Confirm it here:",
                  "Until then nothing changes. If you do not know about this, do nothing."},
                 {"Bestätige deine neue Adresse für {0}",
                  "dein Konto bei {0} soll diese Adresse bekommen. Bestätige sie hier:",
                  "Bis dahin ändert sich nichts. Wenn du davon nichts weißt, brauchst du nichts zu "
                  "tun."},
                 link(whom, "/verify", code));
}

Letter address_changed_letter(const LetterFor& whom) {
  return compose(
      whom, "address-changed",
      {"Your address on {0} has changed",
       "your account on {0} has another address now. No more letters come to this one.",
       "If that was not you, tell those who run {0} at once."},
      {"Deine Adresse bei {0} wurde geändert",
       "dein Konto bei {0} hat jetzt eine andere Adresse. An diese hier kommt nichts mehr.",
       "Wenn du das nicht warst, wende dich sofort an die Betreiber von {0}."},
      {});
}

Letter password_changed_letter(const LetterFor& whom) {
  return compose(whom, "password-changed",
                 {"Your password on {0} has changed",
                  "the password of your account on {0} was just changed. If that was not you, "
                  "choose\na new one here:",
                  {}},
                 {"Dein Passwort bei {0} wurde geändert",
                  "das Passwort deines Kontos bei {0} wurde gerade geändert. Wenn du das nicht "
                  "warst,\nwähle hier ein neues:",
                  {}},
                 link(whom, "/forgot"));
}

Letter already_registered_letter(const LetterFor& whom) {
  return compose(whom, "registered",
                 {"You have an account on {0} already",
                  "somebody, most likely you, wanted to make an account on {0} with this address. "
                  "You\nhave one. Sign in here, or choose a new password there:",
                  "If that was not you, do nothing: nobody was told that you have an account."},
                 {"Du hast schon ein Konto bei {0}",
                  "jemand, wahrscheinlich du, wollte mit dieser Adresse ein Konto bei {0} anlegen. "
                  "Du\nhast schon eins. Hier meldest du dich an oder wählst ein neues Passwort:",
                  "Wenn du das nicht warst, brauchst du nichts zu tun: Niemand hat erfahren, dass "
                  "du\nein Konto hast."},
                 link(whom, "/login"));
}

Letter live_letter(const LetterFor& whom, std::span<const LiveLine> channels,
                   std::string_view unsubscribe_code) {
  const bool german = is_german(whom);
  const std::string brand = in_one_line(whom.brand);
  Letter letter;
  letter.to = whom.to;
  letter.kind = "digest";
  if (channels.size() == 1) {
    const std::string name = in_one_line(channels.front().name);
    letter.subject = german ? fmt::format("{} ist live", name) : fmt::format("{} is live", name);
  } else {
    letter.subject = german ? fmt::format("Was bei {} live war", brand)
                            : fmt::format("What was live on {}", brand);
  }
  letter.text = greeting(whom);
  if (channels.size() == 1) {
    letter.text += german ? "ein Kanal, dem du folgst, ist jetzt live:\n"
                          : "a channel that you follow is live now:\n";
  } else {
    letter.text += german ? "diese Kanäle, denen du folgst, waren seit der letzten Mail live:\n"
                          : "these channels that you follow were live since the last letter:\n";
  }
  for (const LiveLine& channel : channels) {
    const std::string name = in_one_line(channel.name);
    const std::string title = in_one_line(channel.title);
    letter.text +=
        title.empty() ? fmt::format("\n{}\n", name) : fmt::format("\n{}: {}\n", name, title);
    letter.text += link(whom, "/" + wire::http::percent_encode(name)) + "\n";
  }
  letter.text +=
      fmt::format("\n{}\n{}\n", german ? "Diese Mails abbestellen:" : "To end these letters:",
                  link(whom, "/unsubscribe", unsubscribe_code));
  letter.unsubscribe_url = link(whom, "/api/platform/v1/unsubscribe/now", unsubscribe_code);
  letter.text += fmt::format("\n{}\n{}\n", brand, whom.site_url);
  return letter;
}

}  // namespace app
